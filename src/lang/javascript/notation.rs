//! Which part of a text is code: all of it, or the script blocks of a component.
//!
//! A component file starts with a tag, as no module does. All but its scripts is blanked out, byte for byte, so that
//! places hold.

use std::borrow::Cow;

/// The code of a text, at its places.
pub(super) fn script(text: &str) -> Cow<'_, str> {
    if !is_component(text) {
        return Cow::Borrowed(text);
    }
    let mut bytes = blank(text.as_bytes());
    for (start, end) in script_blocks(text) {
        bytes[start..end].copy_from_slice(&text.as_bytes()[start..end]);
    }
    Cow::Owned(String::from_utf8(bytes).unwrap_or_default())
}

fn is_component(text: &str) -> bool {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let after = start.strip_prefix('<').and_then(|rest| rest.chars().next());
    after.is_some_and(|letter| letter.is_ascii_lowercase() || letter == '!')
}

/// Spaces and the line breaks of a text.
fn blank(text: &[u8]) -> Vec<u8> {
    text.iter().map(|byte| if matches!(byte, b'\n' | b'\r') { *byte } else { b' ' }).collect()
}

/// Where what stands in `<script …>` and `</script>` starts and ends.
fn script_blocks(text: &str) -> Vec<(usize, usize)> {
    let mut blocks = Vec::new();
    let mut at = 0;
    while let Some(tag) = text[at..].find("<script").map(|found| at + found) {
        let Some(start) = text[tag..].find('>').map(|found| tag + found + 1) else { break };
        let Some(end) = text[start..].find("</script").map(|found| start + found) else { break };
        blocks.push((start, end));
        at = end;
    }
    blocks
}
