"""What is installed: the phone's apps and the few system packages without screens."""

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime

from tools.virtual_phone.shell.phone_port import PhonePort
from tools.virtual_phone.system.app import App
from tools.virtual_phone.system.translation import translate

ADB_KEYBOARD = "com.android.adbkeyboard"
LATIN_KEYBOARD = "com.android.inputmethod.latin"
INSTALLED = datetime(2026, 12, 1, 8, 0)
"""When everything was installed, before every scenario's start."""

_UNINSTALLED = ("global", "virtual_phone_uninstalled")
# Packages without an app of this phone: label, screenless.
_SCREENLESS = {
    "android": "Android System",
    "com.android.systemui": "System UI",
    LATIN_KEYBOARD: "Android Keyboard (AOSP)",
    ADB_KEYBOARD: "ADB Keyboard",
}
_FIRST_USER_ID = 10100


@dataclass(frozen=True, slots=True)
class Package:
    """An installed package as the package manager tells of it."""

    name: str
    label: str
    version: str
    user_id: int
    screens: tuple[str, ...] = ()
    home: str = ""

    @property
    def is_system(self) -> bool:
        """Whether it came with the phone."""
        return self.name == "android" or (
            self.name.startswith("com.android.") and self.name != ADB_KEYBOARD
        )

    @property
    def version_code(self) -> int:
        """A number that grows with the version: 1.2 is 102."""
        major, _, minor = self.version.partition(".")
        return int(major) * 100 + int(minor.partition(".")[0] or 0)

    @property
    def path(self) -> str:
        """Where its APK would lie."""
        if self.name == "android":
            return "/system/framework/framework-res.apk"
        if self.is_system:
            name = self.label.split(" (", maxsplit=1)[0].replace(" ", "")
            return f"/system/app/{name}/{name}.apk"
        return f"/data/app/~~{_token(self.name)}==/{self.name}-{_token(self.name, 'x')}==/base.apk"

    @property
    def handle(self) -> str:
        """The hexadecimal number Android prints beside the package: any, but always the same."""
        return hashlib.sha256(self.name.encode()).hexdigest()[:7]


def packages(phone: PhonePort) -> list[Package]:
    """Give all installed packages, sorted by name."""
    gone = set(phone.settings.get(*_UNINSTALLED, "").split())
    names = sorted({*phone.apps, *_SCREENLESS})
    return [
        _package(phone, name, _FIRST_USER_ID + number)
        for number, name in enumerate(names)
        if name not in gone
    ]


def package(phone: PhonePort, name: str) -> Package | None:
    """Give one installed package, None if there is no such."""
    return next((one for one in packages(phone) if one.name == name), None)


def label(phone: PhonePort, app: App) -> str:
    """Give an app's label in the phone's language."""
    return translate(app.translations, app.label, phone.settings.locale)


def uninstall(phone: PhonePort, name: str) -> bool:
    """Remove a package that has no screens and did not come with the phone; False if it stays."""
    found = package(phone, name)
    if found is None or found.is_system or name in phone.apps:
        return False
    gone = {*phone.settings.get(*_UNINSTALLED, "").split(), name}
    phone.settings.put(*_UNINSTALLED, " ".join(sorted(gone)))
    return True


def install_existing(phone: PhonePort, name: str) -> bool:
    """Bring an uninstalled package back; False if the phone never had it."""
    gone = set(phone.settings.get(*_UNINSTALLED, "").split())
    if name in gone:
        phone.settings.put(*_UNINSTALLED, " ".join(sorted(gone - {name})))
    return package(phone, name) is not None


def _package(phone: PhonePort, name: str, user_id: int) -> Package:
    app = phone.apps.get(name)
    if app is None:
        return Package(name, _SCREENLESS[name], "14.0" if name == "android" else "1.0", user_id)
    return Package(
        name, label(phone, app), app.version, user_id, screens=tuple(app.screens), home=app.home
    )


def _token(name: str, salt: str = "") -> str:
    return urlsafe_b64encode(hashlib.sha256((name + salt).encode()).digest()[:16]).decode()[:22]
