//! The source files of a report: each that a finding speaks of is read once.

use rustc_hash::FxHashMap;

use crate::diagnostic::{Diagnostic, Label};
use crate::source::{self, FileId, SourceFile, Span};

/// The text of a file and where its lines start.
pub struct Text {
    pub text: String,
    pub line_starts: Vec<u32>,
}

/// Where a label is. Lines and columns count from 1, columns in characters unless they say bytes; the end is
/// exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
    pub byte_column: u32,
    pub end_byte_column: u32,
    /// Bytes of the file, counted from 0.
    pub start: usize,
    pub end: usize,
}

/// Source files by id.
pub struct Sources<'a> {
    files: &'a [SourceFile],
    texts: FxHashMap<FileId, Option<Text>>,
}

impl<'a> Sources<'a> {
    /// The files that the findings speak of. Those that cannot be read any more have no text.
    pub fn of(files: &'a [SourceFile], diagnostics: &[Diagnostic]) -> Sources<'a> {
        let mut texts = FxHashMap::default();
        for file in diagnostics.iter().flat_map(labels).map(|label| label.file) {
            texts.entry(file).or_insert_with(|| read(files, file));
        }
        Sources { files, texts }
    }

    /// The path of a file relative to the project root.
    pub fn path(&self, file: FileId) -> &'a str {
        self.files.get(file.0 as usize).map_or("", |file| &file.path)
    }

    /// The text of a file; `None` if it cannot be read any more.
    pub fn text(&self, file: FileId) -> Option<&Text> {
        self.texts.get(&file)?.as_ref()
    }

    /// Where a label is; `None` if its file cannot be read any more.
    pub fn position(&self, label: &Label) -> Option<Position> {
        self.position_of(label.file, label.span)
    }

    /// Where some bytes of a file are.
    pub fn position_of(&self, file: FileId, span: Span) -> Option<Position> {
        let Text { text, line_starts } = self.text(file)?;
        let (start, end) = clamped_span(span, text);
        let (line, column) = source::line_and_column(text, line_starts, start as u32);
        let (end_line, end_column) = source::line_and_column(text, line_starts, end as u32);
        let byte_column = |line: u32, at: usize| at as u32 - line_starts[line as usize - 1] + 1;
        let (byte_column, end_byte_column) = (byte_column(line, start), byte_column(end_line, end));
        Some(Position { line, column, end_line, end_column, byte_column, end_byte_column, start, end })
    }
}

fn labels(diagnostic: &Diagnostic) -> impl Iterator<Item = &Label> {
    let Diagnostic { primary, secondary, trace, also, .. } = diagnostic;
    std::iter::once(primary).chain(secondary).chain(trace).chain(also)
}

fn read(files: &[SourceFile], file: FileId) -> Option<Text> {
    let text = files.get(file.0 as usize)?.text().ok()?.into_owned();
    Some(Text { line_starts: source::line_starts(&text), text })
}

/// The bytes of a label, moved into the text and onto characters: the file may have changed since.
pub fn clamped(label: &Label, text: &str) -> (usize, usize) {
    clamped_span(label.span, text)
}

fn clamped_span(span: Span, text: &str) -> (usize, usize) {
    let start = text.floor_char_boundary(span.start as usize);
    let end = text.floor_char_boundary(span.end as usize);
    (start, end.max(start))
}
