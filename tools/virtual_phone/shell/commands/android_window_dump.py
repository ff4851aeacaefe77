"""The window manager's, activity manager's and display manager's dumps."""

import hashlib

from tools.virtual_phone.shell.command import Call
from tools.virtual_phone.shell.commands.android_screen import DISPLAY_ID
from tools.virtual_phone.system.display import DENSITY, PHYSICAL_SIZE

_LAUNCHER = "com.android.launcher3"
_KEYBOARD = "InputMethod"


def windows(call: Call) -> str:
    """`dumpsys window windows`. The focus lines are here as well, as up to Android 9."""
    lines = ["WINDOW MANAGER WINDOWS (dumpsys window windows)"]
    package, title = _focus(call)
    names = ["NavigationBar0", "StatusBar", title]
    if call.phone.keyboard_shown:
        names.insert(0, _KEYBOARD)
    width, height = call.phone.size
    for number, name in enumerate(names):
        owner = package if name == title else "com.android.systemui"
        lines += [
            f"  Window #{number} {_window(name)}:",
            f"    mDisplayId=0 rootTaskId={1 if name == title else 0} mSession=Session",
            f"    mOwnerUid=10100 showForAllUsers=false package={owner} appop=NONE",
            f"    mFrame=[0,0][{width},{height}]",
            *_touchable(call, name),
            "    isOnScreen=true",
            "    isVisible=true",
        ]
    lines += ["", *_focus_lines(call), "  mTopFocusedDisplayId=0"]
    return "\n".join(lines) + "\n\n"


def _touchable(call: Call, name: str) -> list[str]:
    """The keyboard's window fills the screen; only this tells where its keys are."""
    box = call.phone.keyboard_box
    if name != _KEYBOARD or box is None:
        return []
    return [f"    touchable region=SkRegion(({','.join(map(str, box))}))"]


def window_displays(call: Call) -> str:
    """`dumpsys window displays`, where Android from 10 on has the focus lines."""
    width, height = call.phone.size
    real = "{}x{}".format(*PHYSICAL_SIZE)
    base = (
        "" if (width, height) in {PHYSICAL_SIZE, PHYSICAL_SIZE[::-1]} else f" base={width}x{height}"
    )
    lines = [
        "WINDOW MANAGER DISPLAY CONTENTS (dumpsys window displays)",
        "  Display: mDisplayId=0 (organized)",
        f"    init={real} {DENSITY}dpi{base} cur={width}x{height} app={width}x{height}",
        "    deferred=false mLayoutNeeded=false mTouchExcludeRegion=SkRegion()",
        "",
        "  mLayoutSeq=1",
        *_focus_lines(call),
        f"  mRotation=ROTATION_{call.phone.rotation * 90}",
        f"  imeInputTarget={_window(_focus(call)[1]) if call.phone.focused_field else 'null'}",
    ]
    return "\n".join(lines) + "\n\n"


def window_policy(call: Call) -> str:
    """`dumpsys window policy`: awake or not; there is no keyguard."""
    awake = str(call.phone.awake).lower()
    return (
        "WINDOW MANAGER POLICY STATE (dumpsys window policy)\n"
        f"    mAwake={awake} mScreenOnEarly={awake} mScreenOnFully={awake}\n"
        f"    screenState={'SCREEN_STATE_ON' if call.phone.awake else 'SCREEN_STATE_OFF'}\n"
        "    mShowingDream=false mDreamingLockscreen=false isStatusBarKeyguard=false\n"
        "    KeyguardServiceDelegate\n      showing=false\n      occluded=false\n"
        "      secure=false\n    mKeyguardDrawComplete=true\n\n"
    )


def activities(call: Call) -> str:
    """`dumpsys activity activities`."""
    package, screen = call.phone.foreground()
    records = [(package, screen, "RESUMED")]
    home = call.phone.apps.get(_LAUNCHER)
    if home is not None and package != _LAUNCHER:
        records.append((_LAUNCHER, f".{home.home}", "STOPPED"))
    lines = [
        "ACTIVITY MANAGER ACTIVITIES (dumpsys activity activities)",
        "Display #0 (activities from top to bottom):",
    ]
    for number, (name, top, state) in enumerate(records):
        task = len(records) - number
        kind = "home" if name == _LAUNCHER else "standard"
        visible = str(not number).lower()
        lines.append(
            f"  * Task{{{_handle(name)} #{task} type={kind} A=10100:{name} U=0 visible={visible} "
            "mode=fullscreen translucent=false sz=1}"
        )
        if not number:
            lines.append(f"    mResumedActivity: {_record(name, top, task)}")
        lines += [
            f"    * Hist  #0: {_record(name, top, task)}",
            f"      packageName={name} processName={name}",
            f"      state={state} finishing=false",
            "",
        ]
    top_record = _record(package, screen, len(records))
    lines += [
        f"  topResumedActivity={top_record}",
        f"  ResumedActivity: {top_record}",
        f"  mFocusedApp={top_record}",
    ]
    return "\n".join(lines) + "\n"


def activity_top(call: Call) -> str:
    """`dumpsys activity top`."""
    package, screen = call.phone.foreground()
    width, height = call.phone.size
    return (
        f"TASK {package} id=1 userId=0\n"
        f"  ACTIVITY {package}/{screen} {_handle(package + screen)} pid={_process(package)} "
        f"userId=0\n    Local Activity {_handle(screen)} State:\n"
        "      mResumed=true mStopped=false mFinished=false\n"
        f"      mCurrentConfig={{1.0 en_US w{width} h{height}}}\n"
    )


def displays(call: Call) -> str:
    """`dumpsys display`."""
    width, height = call.phone.size
    state = "ON" if call.phone.awake else "OFF"
    rotation = call.phone.rotation
    physical_width, physical_height = PHYSICAL_SIZE
    info = (
        f'DisplayInfo{{"Built-in Screen", displayId 0, displayGroupId 0, real {width} x {height}, '
        f"largest app {width} x {height}, smallest app {width} x {height}, appVsyncOff 1000000, "
        f"rotation {rotation}, state {state}, type INTERNAL, "
        f'uniqueId "local:{DISPLAY_ID}", app {width} x {height}, density {call.phone.density} '
        f"({DENSITY}.0 x {DENSITY}.0) dpi, layerStack 0}}"
    )
    return (
        f"DISPLAY MANAGER (dumpsys display)\n  mSafeMode=false\n  mGlobalDisplayState={state}\n"
        f"  mViewports=[DisplayViewport{{type=INTERNAL, valid=true, isActive=true, displayId=0, "
        f"uniqueId='local:{DISPLAY_ID}', physicalPort=0, orientation={rotation}, "
        f"logicalFrame=Rect(0, 0 - {width}, {height}), "
        f"physicalFrame=Rect(0, 0 - {physical_width}, {physical_height}), "
        f"deviceWidth={physical_width}, deviceHeight={physical_height}}}]\n"
        f"  mStableDisplaySize=Point({physical_width}, {physical_height})\n\n"
        f"Display States: size=1\n  Display Id=0\n  Display State={state}\n\n"
        f"Logical Displays: size=1\n  Display 0:\n    mDisplayId=0\n    mBaseDisplayInfo={info}\n"
        f"    mOverrideDisplayInfo={info}\n"
    )


def _focus(call: Call) -> tuple[str, str]:
    package, screen = call.phone.foreground()
    return package, f"{package}/{package}{screen}"


def _focus_lines(call: Call) -> list[str]:
    if not call.phone.awake:
        return ["  mCurrentFocus=null", "  mFocusedApp=null"]
    package, screen = call.phone.foreground()
    return [
        f"  mCurrentFocus={_window(_focus(call)[1])}",
        f"  mFocusedApp={_record(package, screen, 1)}",
    ]


def _window(title: str) -> str:
    return f"Window{{{_handle(title)} u0 {title}}}"


def _record(package: str, screen: str, task: int) -> str:
    return f"ActivityRecord{{{_handle(package + screen)} u0 {package}/{screen} t{task}}}"


def _handle(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:7]


def _process(package: str) -> int:
    return 2000 + int(_handle(package), 16) % 20000
