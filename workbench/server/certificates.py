"""A certificate for this computer's own address, signed by an authority that can sign for nothing else."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from workbench.errors import ConfigurationError
from workbench.i18n import _
from workbench.server.private import write_private

__all__ = ["CertificateTrouble", "Certificates", "Trust", "trust_command"]

_AUTHORITY_DAYS, _SERVER_DAYS, _RENEW_BEFORE = 3650, 397, 30
_NAME = "Workbench on this computer"


class CertificateTrouble(ConfigurationError):
    """The server's certificate is missing, damaged, or could not be made known to the system."""

    code = "server.certificate"


class Trust(NamedTuple):
    """How this system is told to trust the authority."""

    command: Sequence[str]
    instructions: str


class Certificates:
    """The authority and the server's certificate in a folder; made where they are missing, renewed in time.

    The authority's certificate is limited to localhost, 127.0.0.1 and ::1 (name constraints), so that trusting it
    lets nobody pose as any other site, even with its key.
    """

    def __init__(self, folder: Path) -> None:
        self.authority = folder / "authority.pem"
        self._authority_key = folder / "authority.key"
        self.certificate = folder / "server.pem"
        self.key = folder / "server.key"

    @property
    def ready(self) -> bool:
        """Whether there is a certificate that holds for a while yet."""
        try:
            return all(self._holds(path) for path in (self.authority, self.certificate)) and self.key.is_file()
        except CertificateTrouble:
            return False

    def make(self, *, anew: bool = False) -> bool:
        """Make what is missing or about to end; True where the authority is new and must be trusted again.

        Args:
            anew: replace the authority, too.

        Raises:
            CertificateTrouble: a file is damaged.
        """
        fresh = anew or not self._authority_key.is_file() or not self._holds(self.authority)
        if fresh:
            self._make_authority()
        if fresh or not self.key.is_file() or not self._holds(self.certificate):
            self._make_server()
        return fresh

    def fingerprint(self) -> str:
        """SHA-256 of the authority's certificate, as systems show it."""
        return _read(self.authority).fingerprint(hashes.SHA256()).hex(":").upper()

    def _holds(self, path: Path) -> bool:
        if not path.is_file():
            return False
        return bool(_read(path).not_valid_after_utc > datetime.now(UTC) + timedelta(days=_RENEW_BEFORE))

    def _make_authority(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = _named(_NAME)
        only = [
            x509.DNSName("localhost"),
            x509.IPAddress(IPv4Network("127.0.0.1/32")),
            x509.IPAddress(IPv6Network("::1/128")),
        ]
        usage = x509.KeyUsage(
            digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
            key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
        )  # fmt: skip
        made = (
            _dated(_AUTHORITY_DAYS)
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(x509.NameConstraints(permitted_subtrees=only, excluded_subtrees=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(key, hashes.SHA256())
        )
        write_private(self._authority_key, _key_bytes(key))
        write_private(self.authority, _certificate_bytes(made))

    def _make_server(self) -> None:
        authority = _read(self.authority)
        try:
            signer = serialization.load_pem_private_key(self._authority_key.read_bytes(), password=None)
        except (OSError, ValueError) as error:
            raise _damaged(self._authority_key) from error
        if not isinstance(signer, ec.EllipticCurvePrivateKey):
            raise _damaged(self._authority_key)
        key = ec.generate_private_key(ec.SECP256R1())
        names = [
            x509.DNSName("localhost"),
            x509.IPAddress(IPv4Address("127.0.0.1")),
            x509.IPAddress(IPv6Address("::1")),
        ]
        made = (
            _dated(_SERVER_DAYS)
            .subject_name(_named("localhost"))
            .issuer_name(authority.subject)
            .public_key(key.public_key())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(signer, hashes.SHA256())
        )
        write_private(self.key, _key_bytes(key))
        write_private(self.certificate, _certificate_bytes(made))


def trust_command(authority: Path) -> Trust:
    """What makes this system's browsers and Excel trust the authority, for this person only."""
    path = str(authority)
    if sys.platform == "win32":
        return Trust(
            ["certutil", "-user", "-addstore", "Root", path],
            _("Excel for Windows and Edge take it from the person's store of root certificates."),
        )
    if sys.platform == "darwin":
        keychain = str(Path.home() / "Library" / "Keychains" / "login.keychain-db")
        return Trust(
            ["security", "add-trusted-cert", "-r", "trustRoot", "-p", "ssl", "-k", keychain, path],
            _("Excel for Mac and Safari take it from the login keychain; macOS asks for the password."),
        )
    store = f"sql:{Path.home() / '.pki' / 'nssdb'}"
    return Trust(
        ["certutil", "-d", store, "-A", "-t", "C,,", "-n", _NAME, "-i", path],
        _(
            "Chromium and Chrome take it from the person's NSS store (certutil is in the package libnss3-tools); Firefox "
            "asks in its own settings."
        ),
    )


def _read(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> CertificateTrouble:
    return CertificateTrouble(
        _("The certificate cannot be read."),
        where=str(path),
        remedy=_("Make it anew: workbench serve certificate --anew"),
    )


def _named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, text)])


def _dated(days: int) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    # An hour back, for clocks that differ a little.
    return (
        x509.CertificateBuilder()
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=days))
    )


def _key_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _certificate_bytes(made: x509.Certificate) -> bytes:
    return made.public_bytes(serialization.Encoding.PEM)
