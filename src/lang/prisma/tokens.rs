//! The tokens of a schema. A line ends a field, so ends of lines are tokens too.

use crate::source::Span;

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Its bytes.
    pub span: Span,
}

/// Kinds of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A name, a keyword or a number; that of an attribute has its `@` or `@@`.
    Word,
    /// A text with its quotes.
    Text,
    /// The end of a line.
    LineEnd,
    /// `{`, `)`, `,`: one byte.
    Sign(u8),
}

/// The tokens of a text and its comments, each in their order.
pub fn tokens(text: &str) -> (Vec<Token>, Vec<Span>) {
    let bytes = text.as_bytes();
    let (mut found, mut comments) = (Vec::new(), Vec::new());
    let mut at = 0;
    while let Some(byte) = bytes.get(at).copied() {
        let start = at;
        let kind = match byte {
            b'\n' => {
                at += 1;
                TokenKind::LineEnd
            }
            b'/' if bytes[at..].starts_with(b"//") => {
                at = memchr::memchr(b'\n', &bytes[at..]).map_or(text.len(), |length| start + length);
                comments.push(Span::new(start, at));
                continue;
            }
            b'"' => {
                at = end_of_text(bytes, at);
                TokenKind::Text
            }
            _ if is_in_word(byte) || byte == b'@' => {
                at += 1;
                while bytes.get(at).is_some_and(|byte| is_in_word(*byte) || *byte == b'@' && bytes[at - 1] == b'@') {
                    at += 1;
                }
                TokenKind::Word
            }
            _ => {
                at += 1;
                if byte.is_ascii_whitespace() {
                    continue;
                }
                TokenKind::Sign(byte)
            }
        };
        found.push(Token { kind, span: Span::new(start, at) });
    }
    (found, comments)
}

/// Letters of other scripts stand in names, too. A dot is a part of `db.VarChar`.
fn is_in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-') || !byte.is_ascii()
}

/// Behind the closing quote, or at the end of the line where there is none.
fn end_of_text(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at).copied() {
        match byte {
            b'"' => return at + 1,
            b'\n' => return at,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}
