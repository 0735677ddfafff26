//! The code that a finding shows: per file the labelled lines and what surrounds them.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::Serialize;

use crate::report::excerpt::{line_text, windows};
use crate::report::finding::{Finding, Place};
use crate::report::sources::{Sources, Text};
use crate::source::{FileId, line_of};

/// Lines shown before and after a labelled one.
const CONTEXT: usize = 2;
/// Stands for what is cut of a long line.
const ELLIPSIS: &str = "…";

/// Lines of one file.
#[derive(Serialize)]
pub struct Block {
    path: String,
    lines: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    number: usize,
    /// Lines are left out before it.
    gap: bool,
    pieces: Vec<Piece>,
    /// What its labels say.
    notes: Vec<Note>,
}

/// A part of a line: plain (no kind), or within a label.
#[derive(Serialize)]
struct Piece {
    kind: &'static str,
    text: String,
}

#[derive(Serialize)]
struct Note {
    kind: &'static str,
    text: String,
}

/// A label on one line of one file.
struct Mark<'a> {
    kind: &'static str,
    line: usize,
    /// Bytes of the line.
    range: Range<usize>,
    message: &'a str,
}

/// The code of a finding: its own file first. Files that cannot be read any more are left out.
pub fn blocks(finding: &Finding, sources: &Sources) -> Vec<Block> {
    let secondary = finding.secondary.iter().chain(&finding.also).map(|place| ("secondary", place));
    let cause = finding.trace.iter().map(|place| ("step", place));
    let places: Vec<_> = std::iter::once(("primary", &finding.place)).chain(secondary).chain(cause).collect();
    let mut files: Vec<FileId> = Vec::new();
    for (_, place) in &places {
        if !files.contains(&place.label.file) {
            files.push(place.label.file);
        }
    }
    files.into_iter().filter_map(|file| block(file, &places, sources)).collect()
}

fn block(file: FileId, places: &[(&'static str, &Place)], sources: &Sources) -> Option<Block> {
    let text = sources.text(file)?;
    let of_file = places.iter().filter(|(_, place)| place.label.file == file);
    let marks: Vec<Mark> = of_file.filter_map(|(kind, place)| mark(kind, place, text)).collect();
    let mut lines = Vec::new();
    let mut last = None;
    for index in shown_lines(&marks, text.line_starts.len()) {
        let gap = last.is_some_and(|last| index > last + 1);
        lines.push(line(index, gap, line_text(text, index), &marks));
        last = Some(index);
    }
    Some(Block { path: sources.path(file).to_string(), lines })
}

/// The label, cut to its first line.
fn mark<'a>(kind: &'static str, place: &Place<'a>, text: &Text) -> Option<Mark<'a>> {
    let position = place.position?;
    let line = line_of(&text.line_starts, position.start as u32) as usize - 1;
    let line_start = text.line_starts[line] as usize;
    let length = line_text(text, line).len();
    let range = (position.start - line_start).min(length)..(position.end - line_start).min(length);
    Some(Mark { kind, line, range, message: &place.label.message })
}

fn shown_lines(marks: &[Mark], count: usize) -> BTreeSet<usize> {
    let around = |mark: &Mark| mark.line.saturating_sub(CONTEXT)..(mark.line + CONTEXT + 1).min(count);
    marks.iter().flat_map(around).collect()
}

fn line(index: usize, gap: bool, text: &str, marks: &[Mark]) -> Line {
    let marks: Vec<&Mark> = marks.iter().filter(|mark| mark.line == index).collect();
    let mut pieces = Vec::new();
    let mut shown_to = 0;
    for window in windows(text, marks.iter().map(|mark| mark.range.clone())) {
        if window.start > shown_to {
            pieces.push(Piece { kind: "", text: ELLIPSIS.to_string() });
        }
        shown_to = window.end;
        pieces.extend(pieces_of(text, window, &marks));
    }
    if shown_to < text.len() {
        pieces.push(Piece { kind: "", text: ELLIPSIS.to_string() });
    }
    let with_message = marks.iter().filter(|mark| !mark.message.is_empty());
    let notes = with_message.map(|mark| Note { kind: mark.kind, text: mark.message.to_string() }).collect();
    Line { number: index + 1, gap, pieces, notes }
}

/// A window of a line, split where labels begin and end. Where labels overlap, the first of the list is seen.
fn pieces_of(text: &str, window: Range<usize>, marks: &[&Mark]) -> Vec<Piece> {
    let mut cuts: BTreeSet<usize> = [window.start, window.end].into();
    cuts.extend(marks.iter().flat_map(|mark| [mark.range.start, mark.range.end]).filter(|at| window.contains(at)));
    let cuts: Vec<usize> = cuts.into_iter().collect();
    let piece = |cut: &[usize]| {
        let mark = marks.iter().find(|mark| mark.range.contains(&cut[0]));
        Piece { kind: mark.map_or("", |mark| mark.kind), text: text[cut[0]..cut[1]].to_string() }
    };
    cuts.windows(2).map(piece).collect()
}
