"""A terminal of rows and columns as a page-wise program draws on it: what is on the screen now, and nothing above it."""

import re


class Pages:
    def __init__(self, columns=80, rows=24):
        self.columns, self.rows = columns, rows
        self.lines = [""] * rows
        self.row = self.column = 0
        self.kept = (0, 0)
        self.long, self.scrolled, self.bold = [], 0, False

    def feed(self):
        if self.row + 1 < self.rows:
            self.row += 1
        else:
            self.lines = self.lines[1:] + [""]
            self.scrolled += 1

    def put(self, char):
        if self.column == self.columns:
            self.long.append(self.lines[self.row])
            self.feed()
            self.column = 0
        line = self.lines[self.row].ljust(self.column)
        self.lines[self.row] = line[:self.column] + char + line[self.column + 1:]
        self.column += 1

    def escape(self, part):
        if part == "\x1b7":
            self.kept = (self.row, self.column)
        elif part == "\x1b8":
            self.row, self.column = self.kept
        elif part == "\x1b[2J":
            self.lines, self.scrolled = [""] * self.rows, 0
        elif part.endswith("H"):
            place = part[2:-1].split(";") if part != "\x1b[H" else ["1", "1"]
            self.row, self.column = int(place[0]) - 1, int(place[1]) - 1
        elif part.endswith("m"):
            self.bold |= part == "\x1b[1m"
        elif part == "\x1b[A":
            self.row = max(0, self.row - 1)

    def write(self, text):
        for part in re.findall(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[78]|.", text, re.S):
            if part[0] == "\x1b":
                self.escape(part)
            elif part == "\r":
                self.column = 0
            elif part == "\n":
                self.feed()
            elif part == "\b":
                self.column = max(0, self.column - 1)
            elif part != "\a":
                self.put(part)

    def text(self):
        return "\n".join(line.rstrip() for line in self.lines)
