"""What a campaign found, in figures that can be published."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Result:
    """``acknowledged`` counts texts the interface had called saved or sent; ``lost`` those no longer found whole."""

    name: str
    n: int
    acknowledged: int = 0
    faults_fired: int = 0
    lost: int = 0
    corrupt: int = 0
    undetected: int = 0
    ok: bool = False
    seconds: float = 0.0
    what: list[str] = field(default_factory=list)
    most_typing_lost_s: float = 0.0
    not_run: str = ""
    """Why this machine cannot run it; empty where it ran."""
    figures: dict[str, float] = field(default_factory=dict)
    """What a campaign measured beside its counts, by name."""

    @classmethod
    def skipped(cls, name: str, why: str) -> Result:
        """A campaign that this machine cannot run: said aloud, no failure of Heard’s, and not passed either."""
        return cls(name, 0, not_run=why)

    def settle(self, least_faults: int, least_acknowledged: int) -> Result:
        """Judge: nothing lost, nothing corrupt, and enough was tried."""
        tried = self.faults_fired >= least_faults and self.acknowledged >= least_acknowledged
        if not tried:
            self.what.append(f"too little happened: {self.faults_fired} faults, {self.acknowledged} acknowledged")
        self.ok = tried and not (self.lost or self.corrupt or self.undetected or self.what)
        return self

    def in_words(self) -> str:
        """One line, and one for each thing that went wrong."""
        if self.not_run:
            return f"{self.name}: not run; {self.not_run}"
        head = (
            f"{self.name}: {'ok' if self.ok else 'FAILED'}; {self.faults_fired} faults fired, {self.acknowledged} "
            f"texts acknowledged, {self.lost} lost, {self.corrupt} corrupt, {self.seconds} s"
        )
        if self.most_typing_lost_s:
            head += f", at most {self.most_typing_lost_s:.2f} s of typing lost"
        head += "".join(f", {name} {figure:g}" for name, figure in self.figures.items())
        return "\n".join([head, *(f"  {each}" for each in self.what[:20])])
