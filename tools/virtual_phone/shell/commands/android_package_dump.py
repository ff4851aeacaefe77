"""How Android prints a package: in `query-activities` and in `dumpsys package`."""

from tools.virtual_phone.shell.commands.android_intent import (
    HOME,
    LAUNCHER,
    LAUNCHER_PACKAGE,
)
from tools.virtual_phone.shell.commands.android_packages import INSTALLED, Package

_ICON = "0x7f080000"


def resolve_info(one: Package, screen: str) -> list[str]:
    """The lines of a `ResolveInfo` after its first, as AOSP 14 dumps them.

    The label is there because the apps of this phone carry it as plain text. A real app mostly
    keeps it in its resources; then `labelRes` is a number and `nonLocalizedLabel` is null.
    """
    activity = [
        f"name={one.name}.{screen}",
        f"packageName={one.name}",
        f"labelRes=0x0 nonLocalizedLabel={one.label} icon={_ICON} banner=0x0",
        "enabled=true exported=true directBootAware=false",
        f"taskAffinity={one.name} targetActivity=null persistableMode=PERSIST_ROOT_ONLY",
        "launchMode=LAUNCH_MULTIPLE flags=0x0 privateFlags=0x0 theme=0x0",
        "screenOrientation=-1 configChanges=0x0 softInputMode=0x10",
        "lockTaskLaunchMode=LOCK_TASK_LAUNCH_MODE_DEFAULT",
        "resizeMode=RESIZE_MODE_RESIZEABLE",
        "ApplicationInfo:",
        *(f"  {line}" for line in _application_info(one)),
    ]
    return ["ActivityInfo:", *(f"  {line}" for line in activity)]


def _application_info(one: Package) -> list[str]:
    return [
        f"packageName={one.name}",
        f"labelRes=0x0 nonLocalizedLabel={one.label} icon={_ICON} banner=0x0",
        f"processName={one.name}",
        f"taskAffinity={one.name}",
        f"uid={one.user_id} flags=0x{_flag_bits(one):x} privateFlags=0x0 theme=0x0",
        f"sourceDir={one.path}",
        f"dataDir=/data/user/0/{one.name}",
        f"enabled=true minSdkVersion=24 targetSdkVersion=34 versionCode={one.version_code}",
    ]


def package_dump(one: Package) -> str:
    """What `dumpsys package PACKAGE` prints, cut to what clients read."""
    stamp = INSTALLED.isoformat(sep=" ")
    lines = [
        *_activity_table(one),
        "Packages:",
        f"  Package [{one.name}] ({one.handle}):",
        f"    userId={one.user_id}",
        f"    pkg=Package{{{one.handle} {one.name}}}",
        f"    codePath={one.path.rpartition('/')[0]}",
        f"    resourcePath={one.path.rpartition('/')[0]}",
        "    primaryCpuAbi=null",
        f"    versionCode={one.version_code} minSdk=24 targetSdk=34",
        f"    versionName={one.version}",
        f"    flags=[ {_flag_names(one)} ]",
        f"    pkgFlags=[ {_flag_names(one)} ]",
        f"    dataDir=/data/user/0/{one.name}",
        f"    timeStamp={stamp}",
        f"    firstInstallTime={stamp}",
        f"    lastUpdateTime={stamp}",
        f"    signatures=PackageSignatures{{{one.handle} version:2, signatures:[{one.handle}]}}",
        "    installPermissionsFixed=true",
        "    User 0: ceDataInode=0 installed=true hidden=false suspended=false stopped=false",
    ]
    return "\n".join(lines) + "\n"


def _activity_table(one: Package) -> list[str]:
    if not one.home:
        return []
    filter_line = f"{one.handle} {one.name}/.{one.home} filter {one.handle}"
    return [
        "Activity Resolver Table:",
        "  Non-Data Actions:",
        "      android.intent.action.MAIN:",
        f"        {filter_line}",
        '          Action: "android.intent.action.MAIN"',
        f'          Category: "{HOME if one.name == LAUNCHER_PACKAGE else LAUNCHER}"',
        "",
    ]


def _flag_names(one: Package) -> str:
    names = "HAS_CODE ALLOW_CLEAR_USER_DATA ALLOW_BACKUP"
    return f"SYSTEM {names}" if one.is_system else names


def _flag_bits(one: Package) -> int:
    return 0x8044 | (1 if one.is_system else 0)
