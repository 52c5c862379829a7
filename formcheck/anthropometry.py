"""How heavy the parts of a body are and where their centres lie: de Leva (1996), by sex.

Masses are shares of body mass; centres are shares of a segment's length from its upper end. `sex` None is the
mean of men and women. Where the trunk is cut at L5/S1, the pieces are worked out from the same table: the
lower trunk (11.2 % of a man) counts above the joint with the upper 36.5 % of its length.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace
from typing import Literal

Sex = Literal["male", "female"]


@dataclass(frozen=True)
class Build:
    """Shares of one kind of body. Arms and legs are given for one side.

    l5s1_at: place of L5/S1 on the line from hip to shoulder; head_at, trunk_at: centres of the head and of
    the trunk above L5/S1 on the line from L5/S1 to the shoulder (0 L5/S1, 1 shoulder); pelvis: what is left
    of the trunk below L5/S1.
    """

    head: float
    trunk: float
    pelvis: float
    upper_arm: float
    forearm: float
    hand: float
    thigh: float
    shank: float
    foot: float
    l5s1_at: float
    head_at: float
    trunk_at: float
    upper_arm_at: float
    forearm_at: float
    thigh_at: float
    shank_at: float
    foot_at: float

    @property
    def above_l5s1(self) -> float:
        """Share of body mass above L5/S1: head, trunk and both arms."""
        return self.head + self.trunk + 2 * (self.upper_arm + self.forearm + self.hand)


# de Leva 1996 (J Biomech 29:1223), as stored in BMClab/BMC BSP*_ZdeLeva.txt. L5/S1: Reed 1999 and Dumas 2007,
# 0.053 of stature above the hip in men and 0.066 in women, as a share of the hip-shoulder distance.
MALE = Build(
    head=0.0694, trunk=0.3637, pelvis=0.0709, upper_arm=0.0271, forearm=0.0162, hand=0.0061,
    thigh=0.1416, shank=0.0433, foot=0.0137, l5s1_at=0.18, head_at=1.495, trunk_at=0.592,
    upper_arm_at=0.577, forearm_at=0.457, thigh_at=0.4095, shank_at=0.4395, foot_at=0.4415,
)  # fmt: skip
FEMALE = Build(
    head=0.0668, trunk=0.3465, pelvis=0.0792, upper_arm=0.0255, forearm=0.0138, hand=0.0056,
    thigh=0.1478, shank=0.0481, foot=0.0129, l5s1_at=0.23, head_at=1.634, trunk_at=0.657,
    upper_arm_at=0.575, forearm_at=0.456, thigh_at=0.3612, shank_at=0.4352, foot_at=0.4014,
)  # fmt: skip
_MEAN = Build(*(round((m + f) / 2, 5) for m, f in zip(astuple(MALE), astuple(FEMALE), strict=True)))
UNKNOWN = replace(_MEAN, l5s1_at=0.20)  # Chaffin's link is about a fifth of hip to shoulder (from memory)


def build(sex: Sex | None) -> Build:
    """The shares of a man, a woman, or the mean of both."""
    return {"male": MALE, "female": FEMALE, None: UNKNOWN}[sex]
