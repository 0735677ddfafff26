//! Numbers that files of settings give: `application.properties`, `application.yml`, `persistence.xml`.
//!
//! Each is known by the last part of its name, in lower case. Which profile is active is not known: what one of them sets is set.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Files that are read.
pub(super) const FILES: [&str; 6] = [
    "application*.properties",
    "application*.yaml",
    "application*.yml",
    "hibernate*.properties",
    "hibernate*.xml",
    "persistence.xml",
];

/// Settings with their values, as they stand in a file of this name.
pub(super) fn settings(name: &str, text: &str) -> Vec<(String, String)> {
    let found = if name.ends_with(".xml") { of_xml(text) } else { of_lines(text) };
    found.into_iter().filter(|(_, value)| value.starts_with(|first: char| first.is_ascii_digit())).collect()
}

/// `a.b = 1`, `b: 1`.
fn of_lines(text: &str) -> Vec<(String, String)> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(['=', ':'])).map(|(name, value)| named(name, value)).collect()
}

/// `<property name="a.b" value="1"/>`, `<property name="a.b">1</property>`.
fn of_xml(text: &str) -> Vec<(String, String)> {
    let mut reader = Reader::from_str(text);
    let (mut found, mut open) = (Vec::new(), None);
    let attribute = |tag: &BytesStart, wanted: &str| {
        let attribute = tag.try_get_attribute(wanted).ok().flatten()?;
        Some(attribute.value.to_string())
    };
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag) | Event::Empty(tag)) => {
                open = attribute(&tag, "name");
                found.extend(open.as_ref().zip(attribute(&tag, "value")).map(|(name, value)| named(name, &value)));
            }
            Ok(Event::Text(value)) => found.extend(open.take().map(|name| named(&name, &value))),
            Ok(Event::Eof) | Err(_) => return found,
            Ok(_) => {}
        }
    }
}

/// The last part of a name, and a value without quotes.
fn named(name: &str, value: &str) -> (String, String) {
    let last = name.rsplit('.').next().unwrap_or(name);
    (last.trim().to_owned(), value.trim().trim_matches(['"', '\'']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_known_by_their_last_names() {
        let size = || vec![("batch_size".to_owned(), "50".to_owned())];
        assert_eq!(settings("application.properties", "# a.batch_size=1\na.b.batch_size = 50\nname=x\n"), size());
        assert_eq!(settings("application.yml", "a:\n  b:\n    batch_size: '50'\n    name: x\n"), size());
        assert_eq!(settings("persistence.xml", "<p><property name=\"a.batch_size\" value=\"50\"/></p>"), size());
        assert_eq!(settings("hibernate.cfg.xml", "<p><property name=\"a.batch_size\">50</property></p>"), size());
        assert_eq!(settings("persistence.xml", "<p><property"), []);
    }
}
