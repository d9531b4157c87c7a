"""What the street may choose about a contact card: words, colours, logo, and which blocks show."""

import re
from dataclasses import dataclass, field

TITLE = "退休人员社会化管理服务联系卡"
BACK_TITLE = "我们为您服务"
SERVICES = (
    "基本信息核对和变更登记",
    "走访慰问、困难帮扶",
    "养老金领取资格认证协助",
    "人事档案、党组织关系查询",
    "政策咨询和待遇申领指引",
    "文体活动、志愿服务",
    "医保、生活服务代办指引",
    "丧葬抚恤办理协助",
)
HOTLINES = (("社保", "12333"), ("政务", "12345"), ("急救", "120"))
NOTE = "拾到本卡请交还社区"
ACCENT, INK = "#0F6B6B", "#1F2B2D"

# The blocks that may be left out, in the order the editor lists them, with their Chinese names.
BLOCKS = {
    "number": "卡号",
    "address": "社区地址",
    "staff": "社区工作人员和电话",
    "street": "街道电话",
    "code": "二维码",
    "services": "服务内容",
    "hotlines": "服务热线",
    "month": "资格认证月份",
    "issued": "发卡日期",
    "contact_code": "存电话的二维码（背面）",
    "note": "拾卡提示",
    "logo": "标志",
}
KINDS = {"small": "普通卡 90×54 毫米", "cr80": "证卡 85.6×53.98 毫米", "large": "大字卡 A5/A6"}
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


@dataclass(frozen=True, slots=True)
class CardDesign:
    """One design; the default is what every register begins with. Raises ValueError for what is no colour."""

    title: str = TITLE
    back_title: str = BACK_TITLE
    services: tuple[str, ...] = SERVICES
    hotlines: tuple[tuple[str, str], ...] = HOTLINES
    note: str = NOTE
    accent: str = ACCENT
    ink: str = INK
    blocks: frozenset[str] = field(default_factory=lambda: frozenset(BLOCKS))
    logo: bytes = b""  # PNG

    def __post_init__(self) -> None:
        for colour in (self.accent, self.ink):
            if not _COLOUR.fullmatch(colour):
                raise ValueError(colour)

    def shows(self, block: str) -> bool:
        """Return True if a block is to be printed."""
        return block in self.blocks

    @property
    def hotline_text(self) -> str:
        """The hotlines in one line."""
        return "　".join(f"{name} {phone}".strip() for name, phone in self.hotlines)


def luminance(colour: str) -> float:
    """Return how bright a colour `#RRGGBB` is, 0 to 1 (WCAG 2.1 relative luminance)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ink_on(colour: str) -> str:
    """Return white or black, whichever reads better on a colour."""
    return "#FFFFFF" if 1.05 / (luminance(colour) + 0.05) >= (luminance(colour) + 0.05) / 0.05 else "#000000"
