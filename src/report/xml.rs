//! XML: the declaration, and text without the characters that XML cannot hold, escaped or not.

use std::borrow::Cow;
use std::io::{self, Write};

use quick_xml::events::{BytesDecl, Event};
use quick_xml::writer::Writer;

/// Writes a document; `write` adds its root element.
pub fn document(
    out: &mut dyn Write,
    write: impl FnOnce(&mut Writer<&mut dyn Write>) -> io::Result<()>,
) -> io::Result<()> {
    let mut writer = Writer::new_with_indent(&mut *out, b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    write(&mut writer)?;
    writeln!(writer.get_mut())
}

/// The text without the characters that XML 1.0 has no place for.
pub fn allowed(text: &str) -> Cow<'_, str> {
    let is_allowed = |character: char| matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    match text.chars().all(is_allowed) {
        true => Cow::Borrowed(text),
        false => text.chars().map(|character| if is_allowed(character) { character } else { '?' }).collect(),
    }
}
