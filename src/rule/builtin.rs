//! The rule pages that are part of the program: the folder `rules/`, embedded by the build script.

use std::sync::LazyLock;

use super::Rule;

include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// Read once: choosing rules, explaining and evaluating each ask for them.
static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    PAGES
        .iter()
        .map(|(family, name, text)| {
            let path = format!("rules/{family}/{name}.md");
            Rule::from_page(family, name, text, &path).unwrap_or_else(|error| panic!("{error}"))
        })
        .collect()
});

/// All built-in rules, in the order of family and name.
///
/// A page that cannot be read is a defect of the program: the tests read every page, so this cannot fail in a
/// program that passed them.
pub fn rules() -> &'static [Rule] {
    &RULES
}
