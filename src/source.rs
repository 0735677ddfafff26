//! Source text: files, byte spans, lines and columns. The one place that reads source text from disk.
//!
//! Knows nothing of languages or of what the text means.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A half-open range of bytes in one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// First byte, counted from 0.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from two byte offsets. Offsets above 4 GiB cannot occur: larger files are not read.
    pub fn new(start: usize, end: usize) -> Span {
        Span { start: start as u32, end: end as u32 }
    }

    /// Does `other` lie within this span?
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The smallest span that covers both.
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        (self.end.saturating_sub(self.start)) as usize
    }

    /// True for a span of no bytes.
    pub fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// The text that the span covers; empty if it lies outside `text`.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

/// A file of the run, by its place in the list of all files (sorted by path).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileId(pub u32);

/// Texts that hold instead of those on disk, by the places of their files.
pub type Texts = HashMap<PathBuf, Arc<str>>;

/// A file that discovery found and a language claims. Its text is not held, unless it is not that of the disk.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Path relative to the project root, with `/` on every platform.
    pub path: String,
    /// Where to read it.
    pub location: PathBuf,
    /// Index into `lang::all()`.
    pub language: usize,
    /// Index into the dialects of the language, when it is written in one.
    pub dialect: Option<usize>,
    /// Size in bytes when it was found.
    pub size: u64,
    /// Its text, where that is not what the disk has.
    pub text: Option<Arc<str>>,
}

impl SourceFile {
    /// The text of the file.
    pub fn text(&self) -> Result<Cow<'_, str>, ReadError> {
        match &self.text {
            Some(text) => Ok(Cow::Borrowed(text)),
            None => read(&self.location).map(Cow::Owned),
        }
    }
}

/// What a file holds elsewhere than on the disk: in an earlier revision, in the index of git, in an editor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// Where it would be on the disk. Absolute.
    pub location: PathBuf,
    /// What it holds; `None` if there is no such file.
    pub bytes: Option<Vec<u8>>,
}

/// Why a file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The operating system refused.
    #[error("cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// The bytes are not UTF-8.
    #[error("is not UTF-8 (first bad byte at offset {0})")]
    NotUtf8(usize),
}

/// Reads a file as UTF-8.
pub fn read(path: &Path) -> Result<String, ReadError> {
    decoded(std::fs::read(path)?)
}

/// Text in UTF-8. A leading byte-order mark is replaced by three spaces, so that spans hold.
pub fn decoded(bytes: Vec<u8>) -> Result<String, ReadError> {
    let mut text = String::from_utf8(bytes).map_err(|error| ReadError::NotUtf8(error.utf8_error().valid_up_to()))?;
    if text.starts_with('\u{feff}') {
        text.replace_range(..'\u{feff}'.len_utf8(), "   ");
    }
    Ok(text)
}

/// The byte offset at which each line starts; the first entry is 0.
pub fn line_starts(text: &str) -> Vec<u32> {
    let mut starts = Vec::with_capacity(text.len() / 32 + 1);
    starts.push(0);
    // Lines are so short that a search for the end of each takes longer than to look at eight bytes at once.
    let (words, rest) = text.as_bytes().as_chunks();
    for (at, word) in words.iter().enumerate() {
        let mut found = line_feeds(u64::from_le_bytes(*word));
        while found != 0 {
            starts.push(8 * at as u32 + found.trailing_zeros() / 8 + 1);
            found &= found - 1;
        }
    }
    let end = (text.len() - rest.len()) as u32;
    starts.extend((end + 1..).zip(rest).filter(|(_, byte)| **byte == b'\n').map(|(next, _)| next));
    starts
}

/// The highest bits of those of eight bytes that are line feeds.
fn line_feeds(bytes: u64) -> u64 {
    const FEEDS: u64 = u64::from_ne_bytes([b'\n'; 8]);
    const LOW: u64 = u64::from_ne_bytes([0x7f; 8]);
    let differs = bytes ^ FEEDS;
    !(((differs & LOW) + LOW) | differs | LOW)
}

/// The 1-based line on which a byte lies.
pub fn line_of(line_starts: &[u32], offset: u32) -> u32 {
    line_starts.partition_point(|start| *start <= offset) as u32
}

/// 1-based line and column; the column counts characters, not bytes.
pub fn line_and_column(text: &str, line_starts: &[u32], offset: u32) -> (u32, u32) {
    let line = line_of(line_starts, offset);
    let start = line_starts[line as usize - 1] as usize;
    let before = text.get(start..offset as usize).unwrap_or("");
    (line, before.chars().count() as u32 + 1)
}

/// The line on which a byte lies, without its line break.
pub fn line_at(text: &str, offset: u32) -> &str {
    let at = text.floor_char_boundary(offset as usize);
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    text[start..].lines().next().unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let text = "a\nčö x\n";
        let starts = line_starts(text);
        assert_eq!(line_and_column(text, &starts, 0), (1, 1));
        let x = text.find('x').unwrap() as u32;
        assert_eq!(line_and_column(text, &starts, x), (2, 4));
    }

    #[test]
    fn each_line_starts_behind_a_line_feed() {
        // What has a bit in common with a line feed, or follows one, is none.
        let pieces = ["\n", "\u{b}", "\t", "\u{8a}\n", "x", "\n\n\n", "\r\n", "čö", "\u{0}", "\u{1}\n"];
        let text: String = (0..200).map(|at| pieces[at * at % 7 + at % 4]).collect();
        for length in (0..text.len()).filter(|length| text.is_char_boundary(*length)) {
            let text = &text[..length];
            let expected: Vec<u32> =
                std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at as u32 + 1)).collect();
            assert_eq!(line_starts(text), expected, "{length}");
        }
    }
}
