"""The certificate: made, private, renewed in time, trusted by whoever trusts the authority, and good for nothing else."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509

from tests.server.conftest import Served
from workbench.server import Certificates, CertificateTrouble
from workbench.server import certificates as module


@pytest.fixture
def made(tmp_path: Path) -> Certificates:
    held = Certificates(tmp_path / "serve")
    assert not held.ready
    assert held.make()
    return held


def test_keys_are_the_owners_alone(made: Certificates, tmp_path: Path) -> None:
    assert made.ready
    for path in (tmp_path / "serve").iterdir():
        assert path.stat().st_mode & 0o077 == 0, path


def test_authority_can_sign_for_this_computer_only(made: Certificates) -> None:
    authority = x509.load_pem_x509_certificate(made.authority.read_bytes())
    limits = authority.extensions.get_extension_for_class(x509.NameConstraints)
    assert limits.critical
    assert {str(one.value) for one in limits.value.permitted_subtrees or ()} == {"localhost", "127.0.0.1/32", "::1/128"}
    basic = authority.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (basic.ca, basic.path_length) == (True, 0)


def test_it_is_made_once_and_renewed_in_time(made: Certificates, monkeypatch: pytest.MonkeyPatch) -> None:
    authority, server = made.authority.read_bytes(), made.certificate.read_bytes()
    assert not made.make()
    assert (made.authority.read_bytes(), made.certificate.read_bytes()) == (authority, server)

    class Later(datetime):
        @classmethod
        def now(cls, _zone: object = None) -> datetime:  # type: ignore[override]
            return datetime.now(UTC) + timedelta(days=380)

    monkeypatch.setattr(module, "datetime", Later)
    assert not made.ready
    assert not made.make()  # the authority still holds, so nothing has to be trusted again
    assert made.authority.read_bytes() == authority
    assert made.certificate.read_bytes() != server
    assert made.make(anew=True)
    assert made.authority.read_bytes() != authority


def test_a_damaged_file_is_told(made: Certificates) -> None:
    made.certificate.write_text("nothing", encoding="utf-8")
    assert not made.ready
    with pytest.raises(CertificateTrouble) as told:
        made.make()
    assert str(made.certificate) in str(told.value)


def test_clients_that_trust_the_authority_reach_the_server_and_no_others(served: Served) -> None:
    assert served.ask("hello", {}).json()["user"] == served.person
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(f"{served.origin}/functions.json", verify=ssl.create_default_context(), trust_env=False)
    served_as = ssl.create_default_context(cafile=str(served.home / "serve" / "authority.pem"))
    with httpx.Client(verify=served_as, trust_env=False) as client:
        assert client.get(f"https://127.0.0.1:{served.port}/functions.json").status_code == 200


def test_a_second_server_on_the_port_is_refused_with_words(served: Served) -> None:
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "-m", "workbench", "serve", "--port", str(served.port), "--author", served.person],
        env=served.environment(), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "server.port-taken" in done.stderr
    assert "Traceback" not in done.stderr
