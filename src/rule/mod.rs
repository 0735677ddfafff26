//! The rules: what there is to know of one without running it.

pub mod selection;

/// A rule as `laggard rules` and `laggard explain` show it.
#[derive(Clone, Debug)]
pub struct RuleInfo {
    /// Its name: the name of its page.
    pub name: String,
    /// The folder of its page.
    pub family: String,
    /// The set that it belongs to: one of [`selection::SETS`].
    pub set: String,
    /// `allow`, `warn` or `deny`.
    pub level: String,
    /// Names of the languages that it applies to.
    pub languages: Vec<String>,
    /// One sentence: what it finds.
    pub summary: String,
    /// Its page, as written.
    pub page: &'static str,
}

/// Every rule, in the order of family and name.
pub fn all_infos() -> Vec<RuleInfo> {
    Vec::new()
}
