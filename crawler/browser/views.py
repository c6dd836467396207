"""The two screens on which pages are looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class View:
    """A screen of `width` x `height` CSS px. `touch` and a phone's user agent go together; without `scripts` a page is
    shown as it was sent."""

    name: Literal["desktop", "phone"]
    width: int
    height: int
    touch: bool = False
    scripts: bool = True

    def user_agent(self, honest: str, version: str) -> str:
        """The User-Agent header: says who asks (`honest`) and what shows the page, as rendering crawlers do."""
        system = "Linux; Android 14; Mobile" if self.touch else "X11; Linux x86_64"
        mobile = "Mobile " if self.touch else ""
        return (
            f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko; compatible; {honest}) "
            f"Chrome/{version} {mobile}Safari/537.36"
        )

    def context(self, honest: str, version: str, language: str = "") -> dict[str, Any]:
        """The options of Playwright's `new_context`."""
        return {
            "viewport": {"width": self.width, "height": self.height},
            "screen": {"width": self.width, "height": self.height},
            "device_scale_factor": 2 if self.touch else 1,
            "is_mobile": self.touch,
            "has_touch": self.touch,
            "java_script_enabled": self.scripts,
            "user_agent": self.user_agent(honest, version),
            "service_workers": "block",
            "accept_downloads": False,
            "ignore_https_errors": True,
            "reduced_motion": "reduce",
            **({"locale": language} if language else {}),
        }


DESKTOP = View("desktop", 1366, 768)
PHONE = View("phone", 390, 844, touch=True)
PLAIN = View("desktop", 1366, 768, scripts=False)
