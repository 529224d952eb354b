"""The two manifests by which Excel finds the add-in: add-in-only XML, which every Excel takes, and the unified JSON."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

from lxml import etree
from lxml.builder import ElementMaker

from udfs.officejs.metadata import NAMESPACE, functions_json
from workbench import __version__

__all__ = ["ICON_SIZES", "add_in_id", "unified_manifest", "xml_manifest"]

ICON_SIZES = (16, 32, 64, 80)
_ZH = "zh-CN"
_NAME = "Workbench"
_PROVIDER = "Workbench"
_ABOUT = {
    "en": "Exact, dated, explainable exchange rates in cells, and the register's review queues beside them.",
    "zh": "在单元格中使用精确、注明日期、可说明来源的汇率，并在旁边处理登记册的待确认事项。",
}
_LABEL = {"en": "Workbench", "zh": "Workbench 登记册"}
_TIP = {
    "en": "Rates with their evidence, duplicates, matches, synchronisation.",
    "zh": "汇率及依据、重复客户、收款匹配、同步。",
}
_APP = "http://schemas.microsoft.com/office/appforoffice/1.1"
_BT = "http://schemas.microsoft.com/office/officeappbasictypes/1.0"
_OV = "http://schemas.microsoft.com/office/taskpaneappversionoverrides"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_UNIFIED_VERSION = "1.23"
"""The first version of the unified manifest that knows custom functions."""
_LONGEST = 128
"""Characters of a description in it."""
_SPACE = UUID("8a5d2f1c-7a0b-4c0e-9a53-6d6b2f0c1e77")


def add_in_id(origin: str) -> str:
    """An identity of its own for every address, so that two servers of one person are two add-ins."""
    return str(uuid5(_SPACE, origin))


def _version() -> str:
    numbers = [piece for piece in __version__.split(".") if piece.isdigit()][:3]
    return ".".join([*numbers, *["0"] * (3 - len(numbers))])


def xml_manifest(origin: str) -> bytes:
    """The add-in-only manifest for the server at ``origin`` (``https://localhost:8643``)."""
    app = ElementMaker(namespace=_APP, nsmap={None: _APP, "xsi": _XSI, "bt": _BT, "ov": _OV})
    pane = f"{origin}/taskpane.html"
    root = app.OfficeApp(
        {f"{{{_XSI}}}type": "TaskPaneApp"},
        app.Id(add_in_id(origin)),
        app.Version(f"{_version()}.0"),
        app.ProviderName(_PROVIDER),
        app.DefaultLocale("en-US"),
        app.DisplayName({"DefaultValue": _NAME}),
        app.Description({"DefaultValue": _ABOUT["en"]}, app.Override({"Locale": _ZH, "Value": _ABOUT["zh"]})),
        app.IconUrl({"DefaultValue": f"{origin}/icons/32.png"}),
        app.HighResolutionIconUrl({"DefaultValue": f"{origin}/icons/64.png"}),
        app.SupportUrl({"DefaultValue": f"{origin}/"}),
        app.AppDomains(app.AppDomain(origin)),
        app.Hosts(app.Host({"Name": "Workbook"})),
        app.Requirements(app.Sets({"DefaultMinVersion": "1.1"}, app.Set({"Name": "SharedRuntime"}))),
        app.DefaultSettings(app.SourceLocation({"DefaultValue": pane})),
        app.Permissions("ReadWriteDocument"),
        _overrides(origin),
    )
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)  # type: ignore[no-any-return]


def _overrides(origin: str) -> Any:
    ov = ElementMaker(namespace=_OV, nsmap={None: _OV})
    bt = ElementMaker(namespace=_BT)
    kind = f"{{{_XSI}}}type"
    icon = [bt.Image({"size": str(size), "resid": f"Icon.{size}"}) for size in (16, 32, 80)]
    button = ov.Control(
        {kind: "Button", "id": "Workbench.Show"},
        ov.Label({"resid": "Pane.Label"}),
        ov.Supertip(ov.Title({"resid": "Pane.Label"}), ov.Description({"resid": "Pane.Tip"})),
        ov.Icon(*icon),
        ov.Action({kind: "ShowTaskpane"}, ov.TaskpaneId("Workbench"), ov.SourceLocation({"resid": "Pane.Url"})),
    )
    group = ov.Group({"id": "Workbench.Group"}, ov.Label({"resid": "Pane.Label"}), ov.Icon(*icon), button)
    functions = ov.ExtensionPoint(
        {kind: "CustomFunctions"},
        ov.Script(ov.SourceLocation({"resid": "Functions.Script"})),
        ov.Page(ov.SourceLocation({"resid": "Pane.Url"})),
        ov.Metadata(ov.SourceLocation({"resid": "Functions.Metadata"})),
        ov.Namespace({"resid": "Functions.Namespace"}),
    )
    host = ov.Host(
        {kind: "Workbook"},
        ov.Runtimes(ov.Runtime({"resid": "Pane.Url", "lifetime": "long"})),
        ov.AllFormFactors(functions),
        ov.DesktopFormFactor(
            ov.GetStarted(
                ov.Title({"resid": "Pane.Label"}),
                ov.Description({"resid": "Pane.Tip"}),
                ov.LearnMoreUrl({"resid": "Pane.Url"}),
            ),
            ov.FunctionFile({"resid": "Pane.Url"}),
            ov.ExtensionPoint({kind: "PrimaryCommandSurface"}, ov.OfficeTab({"id": "TabHome"}, group)),
        ),
    )
    zh_metadata = bt.Override({"Locale": _ZH, "Value": f"{origin}/functions.zh.json"})
    resources = ov.Resources(
        bt.Images(
            *(bt.Image({"id": f"Icon.{size}", "DefaultValue": f"{origin}/icons/{size}.png"}) for size in ICON_SIZES)
        ),
        bt.Urls(
            bt.Url({"id": "Pane.Url", "DefaultValue": f"{origin}/taskpane.html"}),
            bt.Url({"id": "Functions.Script", "DefaultValue": f"{origin}/functions.js"}),
            bt.Url({"id": "Functions.Metadata", "DefaultValue": f"{origin}/functions.json"}, zh_metadata),
        ),
        bt.ShortStrings(
            bt.String({"id": "Functions.Namespace", "DefaultValue": NAMESPACE}),
            bt.String(
                {"id": "Pane.Label", "DefaultValue": _LABEL["en"]},
                bt.Override({"Locale": _ZH, "Value": _LABEL["zh"]}),
            ),
        ),
        bt.LongStrings(
            bt.String({"id": "Pane.Tip", "DefaultValue": _TIP["en"]}, bt.Override({"Locale": _ZH, "Value": _TIP["zh"]}))
        ),
    )
    return ov.VersionOverrides({kind: "VersionOverridesV1_0"}, ov.Hosts(host), resources)


def unified_manifest(origin: str) -> dict[str, Any]:
    """The unified manifest for the same server, which Excel on the web and recent Excel for Windows take directly."""
    page = {"page": f"{origin}/taskpane.html", "script": f"{origin}/functions.js"}
    icons = [{"size": size, "url": f"{origin}/icons/{size}.png"} for size in (16, 32, 80)]
    button = {
        "id": "Workbench.Show",
        "type": "button",
        "label": _LABEL["en"],
        "icons": icons,
        "supertip": {"title": _LABEL["en"], "description": _TIP["en"]},
        "actionId": "ShowPane",
    }
    functions = [_shortened(one) for one in functions_json("en")["functions"]]
    return {
        "$schema": f"https://developer.microsoft.com/json-schemas/teams/v{_UNIFIED_VERSION}/MicrosoftTeams.schema.json",
        "manifestVersion": _UNIFIED_VERSION,
        "id": add_in_id(origin),
        "version": _version(),
        "name": {"short": _NAME, "full": "Workbench for Excel"},
        "description": {"short": _TIP["en"], "full": _ABOUT["en"]},
        "developer": {
            "name": _PROVIDER,
            "websiteUrl": f"{origin}/",
            "privacyUrl": f"{origin}/",
            "termsOfUseUrl": f"{origin}/",
        },
        "icons": {"outline": "icons/32.png", "color": "icons/192.png"},
        "accentColor": "#0B5C4A",
        "validDomains": [origin.removeprefix("https://")],
        "authorization": {
            "permissions": {"resourceSpecific": [{"name": "Document.ReadWrite.User", "type": "Delegated"}]}
        },
        "extensions": [
            {
                "requirements": {
                    "scopes": ["workbook"],
                    "capabilities": [{"name": "SharedRuntime", "minVersion": "1.1"}],
                },
                "runtimes": [
                    {
                        "id": "Workbench.Runtime",
                        "type": "general",
                        "code": page,
                        "lifetime": "long",
                        "actions": [{"id": "ShowPane", "type": "openPage", "pinnable": True, "view": "Workbench"}],
                        "customFunctions": {
                            "functions": functions,
                            "namespace": {"id": NAMESPACE, "name": NAMESPACE},
                            "allowCustomDataForDataTypeAny": True,
                            "allowErrorForDataTypeAny": True,
                        },
                    }
                ],
                "ribbons": [
                    {
                        "contexts": ["default"],
                        "tabs": [
                            {
                                "builtInTabId": "TabHome",
                                "groups": [
                                    {
                                        "id": "Workbench.Group",
                                        "label": _LABEL["en"],
                                        "icons": icons,
                                        "controls": [button],
                                    }
                                ],
                            }
                        ],
                    }
                ],
            }
        ],
    }


def _shortened(function: dict[str, Any]) -> dict[str, Any]:
    """A function's description within what the unified manifest allows; ``functions.json`` has all of it."""
    parameters = [{**one, "description": _short(one["description"])} for one in function["parameters"]]
    return {**function, "description": _short(function["description"]), "parameters": parameters}


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"
