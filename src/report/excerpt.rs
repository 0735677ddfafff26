//! The lines of one file that a finding shows, as codespan-reporting wants to see them.
//!
//! Holds labelled lines only, and of a long line only what surrounds its labels: codespan prints a minified
//! line in full. A label that goes on over several lines is shown on its first one.

use std::collections::BTreeMap;
use std::ops::Range;

use codespan_reporting::files::{Error, Files};

use super::printable;
use super::sources::Text;
use crate::source;

/// Longer lines (in bytes) are cut.
const MAX_LINE: usize = 240;
/// What is kept of a long line before and after each label.
const CONTEXT: usize = 40;
/// What is kept of a label in a long line.
const MAX_LABEL: usize = 80;
/// Stands for what is cut.
const ELLIPSIS: &str = "…";

/// Lines of one file.
pub struct Excerpt {
    name: String,
    source: String,
    /// By line index, counted from 0.
    lines: BTreeMap<usize, Line>,
}

/// A line of the excerpt, with its line break.
struct Line {
    range: Range<usize>,
    pieces: Vec<Piece>,
}

/// A part of a line that is shown.
struct Piece {
    /// Bytes of the line.
    original: Range<usize>,
    /// Characters of the line before it.
    column: usize,
    /// Where it starts in the excerpt.
    start: usize,
}

impl Excerpt {
    /// The excerpt that shows `labels` (bytes of the file), and the labels as bytes of the excerpt.
    pub fn new(path: &str, text: &Text, labels: &[(usize, usize)]) -> (Excerpt, Vec<Range<usize>>) {
        let places: Vec<Place> = labels.iter().map(|label| Place::new(text, *label)).collect();
        let mut excerpt = Excerpt { name: printable(path), source: String::new(), lines: BTreeMap::new() };
        for index in shown_lines(&places) {
            let labels = places.iter().filter(|place| place.line == index).map(|place| place.range.clone());
            excerpt.push_line(index, line_text(text, index), windows(line_text(text, index), labels));
        }
        let ranges = places.iter().map(|place| excerpt.range(place)).collect();
        (excerpt, ranges)
    }

    fn push_line(&mut self, index: usize, line: &str, windows: Vec<Range<usize>>) {
        let start = self.source.len();
        let mut pieces = Vec::new();
        let mut shown_to = 0;
        for original in windows {
            if original.start > shown_to {
                self.source.push_str(ELLIPSIS);
            }
            shown_to = original.end;
            let column = line[..original.start].chars().count();
            pieces.push(Piece { original: original.clone(), column, start: self.source.len() });
            self.source.push_str(&printable(&line[original]));
        }
        if shown_to < line.len() {
            self.source.push_str(ELLIPSIS);
        }
        self.source.push('\n');
        self.lines.insert(index, Line { range: start..self.source.len(), pieces });
    }

    /// Where a label is in the excerpt.
    fn range(&self, place: &Place) -> Range<usize> {
        let pieces = &self.lines[&place.line].pieces;
        let holds = |piece: &&Piece| (piece.original.start..=piece.original.end).contains(&place.range.start);
        let Some(piece) = pieces.iter().find(holds) else { return 0..0 };
        let map = |at: usize| piece.start + at.min(piece.original.end) - piece.original.start;
        map(place.range.start)..map(place.range.end)
    }
}

/// A label, cut to its first line.
struct Place {
    line: usize,
    /// Bytes of the line.
    range: Range<usize>,
}

impl Place {
    fn new(text: &Text, (start, end): (usize, usize)) -> Place {
        let line = source::line_of(&text.line_starts, start as u32) as usize - 1;
        let line_start = text.line_starts[line] as usize;
        let length = line_text(text, line).len();
        Place { line, range: (start - line_start).min(length)..(end - line_start).min(length) }
    }
}

/// The text of a line, without its line break.
pub fn line_text(text: &Text, index: usize) -> &str {
    let start = text.line_starts[index] as usize;
    let end = text.line_starts.get(index + 1).map_or(text.text.len(), |next| *next as usize);
    text.text[start..end].trim_end_matches(['\n', '\r'])
}

/// Labelled lines, and a line between two of them: codespan shows it rather than a break.
fn shown_lines(places: &[Place]) -> Vec<usize> {
    let mut labelled: Vec<usize> = places.iter().map(|place| place.line).collect();
    labelled.sort_unstable();
    let between = labelled.windows(2).filter(|pair| pair[1] - pair[0] == 2).map(|pair| pair[0] + 1);
    let mut shown: Vec<usize> = labelled.iter().copied().chain(between).collect();
    shown.sort_unstable();
    shown.dedup();
    shown
}

/// The parts of a line to show: all of it, or what surrounds the labels; in order, disjoint.
pub fn windows(line: &str, labels: impl Iterator<Item = Range<usize>>) -> Vec<Range<usize>> {
    if line.len() <= MAX_LINE {
        return std::iter::once(0..line.len()).collect();
    }
    let around = |label: Range<usize>| {
        let end = label.end.min(label.start + MAX_LABEL) + CONTEXT;
        line.floor_char_boundary(label.start.saturating_sub(CONTEXT))..line.ceil_char_boundary(end)
    };
    let mut windows: Vec<Range<usize>> = labels.map(around).collect();
    if windows.is_empty() {
        windows.push(0..line.floor_char_boundary(MAX_LINE));
    }
    windows.sort_by_key(|window| window.start);
    let mut merged: Vec<Range<usize>> = Vec::new();
    for window in windows {
        match merged.last_mut() {
            Some(last) if window.start <= last.end => last.end = last.end.max(window.end),
            _ => merged.push(window),
        }
    }
    merged
}

/// The excerpts of a finding; a file id is an index.
pub struct Excerpts(pub Vec<Excerpt>);

impl Excerpts {
    fn excerpt(&self, id: usize) -> Result<&Excerpt, Error> {
        self.0.get(id).ok_or(Error::FileMissing)
    }

    fn line(&self, id: usize, index: usize) -> Result<&Line, Error> {
        let excerpt = self.excerpt(id)?;
        let max = || excerpt.lines.keys().last().copied().unwrap_or(0);
        excerpt.lines.get(&index).ok_or_else(|| Error::LineTooLarge { given: index, max: max() })
    }
}

impl<'a> Files<'a> for Excerpts {
    type FileId = usize;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.excerpt(id)?.name)
    }

    fn source(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.excerpt(id)?.source)
    }

    fn line_index(&'a self, id: usize, byte: usize) -> Result<usize, Error> {
        let excerpt = self.excerpt(id)?;
        let line = excerpt.lines.iter().find(|(_, line)| line.range.contains(&byte));
        line.map(|(index, _)| *index).ok_or(Error::IndexTooLarge { given: byte, max: excerpt.source.len() })
    }

    fn column_number(&'a self, id: usize, index: usize, byte: usize) -> Result<usize, Error> {
        let excerpt = self.excerpt(id)?;
        let line = self.line(id, index)?;
        let Some(piece) = line.pieces.iter().rev().find(|piece| piece.start <= byte) else { return Ok(1) };
        let before = excerpt.source.get(piece.start..byte).unwrap_or("");
        Ok(piece.column + before.chars().count() + 1)
    }

    fn line_range(&'a self, id: usize, index: usize) -> Result<Range<usize>, Error> {
        Ok(self.line(id, index)?.range.clone())
    }
}
