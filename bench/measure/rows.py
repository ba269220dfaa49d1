"""A row of the table, and the two ways to print the table."""

from dataclasses import dataclass, astuple

TITLES = ("What", "darkroom", "Beside it", "Ratio", "Wanted", "Held")


@dataclass
class Row:
    what: str
    ours: str
    yardstick: str
    ratio: str
    wanted: str
    held: bool | None  # None: nothing was promised

    def cells(self):
        return (*astuple(self)[:5], {True: "yes", False: "NO", None: ""}[self.held])


def print_table(rows, markdown):
    cells = [TITLES, *(row.cells() for row in rows)]
    if markdown:
        cells.insert(1, ("---",) * len(TITLES))
        return "\n".join(f"| {' | '.join(line)} |" for line in cells)
    widths = [max(len(line[i]) for line in cells) for i in range(len(TITLES))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in cells)
