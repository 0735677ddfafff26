//! The source files of a report: each is read once, when the first finding needs it.

use rustc_hash::FxHashMap;

use crate::diagnostic::Label;
use crate::source::{self, FileId, SourceFile};

/// The text of a file and where its lines start.
pub struct Text {
    pub text: String,
    pub line_starts: Vec<u32>,
}

/// Where a label is. Lines and columns count from 1, columns in characters; the end is exclusive.
pub struct Position {
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
}

/// Source files by id.
pub struct Sources<'a> {
    files: &'a [SourceFile],
    texts: FxHashMap<FileId, Option<Text>>,
}

impl<'a> Sources<'a> {
    pub fn new(files: &'a [SourceFile]) -> Sources<'a> {
        Sources { files, texts: FxHashMap::default() }
    }

    /// The path of a file relative to the project root.
    pub fn path(&self, file: FileId) -> &'a str {
        self.files.get(file.0 as usize).map_or("", |file| &file.path)
    }

    /// The text of a file; `None` if it cannot be read any more.
    pub fn text(&mut self, file: FileId) -> Option<&Text> {
        let files = self.files;
        let read = || {
            let text = source::read(&files.get(file.0 as usize)?.location).ok()?;
            Some(Text { line_starts: source::line_starts(&text), text })
        };
        self.texts.entry(file).or_insert_with(read).as_ref()
    }

    /// Where a label is; `None` if its file cannot be read any more.
    pub fn position(&mut self, label: &Label) -> Option<Position> {
        let Text { text, line_starts } = self.text(label.file)?;
        let (start, end) = clamped(label, text);
        let (line, column) = source::line_and_column(text, line_starts, start as u32);
        let (end_line, end_column) = source::line_and_column(text, line_starts, end as u32);
        Some(Position { line, column, end_line, end_column })
    }
}

/// The bytes of a label, moved into the text and onto characters: the file may have changed since.
pub fn clamped(label: &Label, text: &str) -> (usize, usize) {
    let start = text.floor_char_boundary(label.span.start as usize);
    let end = text.floor_char_boundary(label.span.end as usize);
    (start, end.max(start))
}
