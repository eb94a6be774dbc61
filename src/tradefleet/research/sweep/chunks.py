"""Chunks: how many combinations are measured at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace

# A chunk takes no more than so many times as many combinations as the one before.
_GROWTH = 10
# What is left at the end goes with the last chunk while it is no more than this share of one.
_REST = 0.5
# Where a larger chunk was so much faster, much of the time goes into what each chunk does once: twice as many are
# better still, as long as that takes no more than so many times the seconds wished for.
_FASTER, _PATIENCE = 1.25, 5


@dataclass(frozen=True)
class Chunks:
    """The size of the next chunk: at first `size`, then as many as take about `seconds`.

    There are `least` at the least, since each chunk does some things once, and `most` at the most. What is measured is
    kept a chunk at a time, so no interruption loses more than that. `rate` is what the last one did in a second.

    >>> chunks = Chunks(size=2_000, least=2_000)
    >>> chunks.end(0, 2_500), chunks.end(0, 10_000)
    (2500, 2000)
    >>> chunks.after(2_000, 0.5).size, chunks.after(2_000, 0.01).size, chunks.after(2_000, 60.0).size
    (12000, 20000, 2000)
    >>> chunks.after(2_000, 4.0).after(4_000, 5.0).size
    8000
    """

    size: int = 2_000
    least: int = 1
    most: int = 200_000
    seconds: float = 3.0
    rate: float = float("inf")

    def end(self, begin: int, last: int) -> int:
        """Where a chunk ends that begins here, of those up to `last`."""
        size = min(self.size, self.most)
        return last if last - begin <= size * (1.0 + _REST) else begin + size

    def after(self, count: int, seconds: float) -> Chunks:
        """The chunks after one of so many combinations that took so long."""
        rate = count / max(seconds, 1e-9)
        wanted, least = int(count * min(self.seconds * rate / count, _GROWTH)), self.least
        if rate > _FASTER * self.rate and seconds < _PATIENCE * self.seconds:
            wanted = max(wanted, 2 * count)
            least = max(least, min(count, wanted))
        return replace(self, size=max(least, wanted), least=least, rate=rate)
