//! One HTML file that needs nothing else: findings grouped by cost, with their code and the path to the cause. It reads
//! without scripts; the script only filters.
//!
//! `page.html` is the template; everything that comes from the code under analysis is escaped by the template engine.

use std::io::{self, Write};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, HtmlEscape};
use serde::Serialize;

use super::finding::{Finding, Report, confidence_name, severity_name};
use super::{statistics, summary};

mod code;

use code::Block;

const TEMPLATE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");
/// The engine escapes by the end of this name.
const NAME: &str = "page.html";

#[derive(Serialize)]
struct Page<'a> {
    version: &'a str,
    style: &'a str,
    script: &'a str,
    summary: String,
    groups: Vec<Group<'a>>,
    rules: Vec<Rule<'a>>,
    severities: Vec<&'a str>,
    notices: Vec<String>,
}

/// The findings of one class of cost.
#[derive(Serialize)]
struct Group<'a> {
    title: &'a str,
    findings: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    rule: &'a str,
    severity: &'a str,
    confidence: &'a str,
    path: &'a str,
    place: String,
    function: &'a str,
    message: &'a str,
    help: &'a str,
    steps: Vec<Step<'a>>,
    blocks: Vec<Block>,
    also: Vec<String>,
}

/// A step of the path to the cause.
#[derive(Serialize)]
struct Step<'a> {
    place: String,
    message: &'a str,
}

#[derive(Serialize)]
struct Rule<'a> {
    name: &'a str,
    summary: &'a str,
    prose: &'a str,
    count: usize,
}

pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().map_err(io::Error::other)?;
    environment.set_syntax(syntax);
    environment.add_filter("with_code", with_code);
    environment.add_template(NAME, TEMPLATE).map_err(io::Error::other)?;
    let template = environment.get_template(NAME).map_err(io::Error::other)?;
    let text = template.render(Serde(Page::new(report))).map_err(io::Error::other)?;
    writeln!(out, "{}", text.trim_end())
}

/// The text as HTML, with what stands in backquotes as code.
fn with_code(text: &str) -> Value {
    let mut html = String::new();
    for (at, part) in text.split('`').enumerate() {
        let part = HtmlEscape(part);
        html.push_str(&if at % 2 == 1 { format!("<code>{part}</code>") } else { part.to_string() });
    }
    Value::from_safe_string(html)
}

impl<'a> Page<'a> {
    fn new(report: &'a Report<'a>) -> Page<'a> {
        let mut severities: Vec<&str> =
            report.findings.iter().map(|finding| severity_name(finding.diagnostic.severity)).collect();
        severities.sort_unstable();
        severities.dedup();
        Page {
            version: super::VERSION,
            style: STYLE,
            script: SCRIPT,
            summary: summary::findings(report.outcome),
            groups: groups(report),
            rules: report.rules_found().into_iter().map(|name| Rule::new(name, report)).collect(),
            severities,
            notices: summary::notice_lines(&report.outcome.notices),
        }
    }
}

/// Findings by the cost of their rule, the dearest first; within a group those that matter most first.
fn groups<'a>(report: &'a Report<'a>) -> Vec<Group<'a>> {
    let weight = |finding: &Finding| report.rule(&finding.diagnostic.rule).map_or(0.0, |rule| rule.weight);
    let mut findings = report.worst_first();
    findings.sort_by(|left, right| weight(right).total_cmp(&weight(left)));
    let groups = findings.chunk_by(|left, right| statistics::cost(weight(left)) == statistics::cost(weight(right)));
    groups
        .map(|findings| Group {
            title: statistics::cost(weight(findings[0])),
            findings: findings.iter().map(|finding| Entry::new(finding, report)).collect(),
        })
        .collect()
}

impl<'a> Entry<'a> {
    fn new(finding: &'a Finding<'a>, report: &Report) -> Entry<'a> {
        let diagnostic = finding.diagnostic;
        let step = |place: &'a super::finding::Place| Step { place: place.shown(), message: &place.label.message };
        Entry {
            rule: &diagnostic.rule,
            severity: severity_name(diagnostic.severity),
            confidence: confidence_name(diagnostic.confidence),
            path: finding.place.path,
            place: finding.place.shown(),
            function: &diagnostic.function,
            message: &diagnostic.message,
            help: &diagnostic.help,
            steps: if finding.trace.is_empty() { Vec::new() } else { finding.path_to_cause().map(step).collect() },
            blocks: code::blocks(finding, &report.sources),
            also: finding.also.iter().map(|place| place.shown()).collect(),
        }
    }
}

impl<'a> Rule<'a> {
    fn new(name: &'a str, report: &Report<'a>) -> Rule<'a> {
        let rule = report.rule(name);
        Rule {
            name,
            summary: rule.map_or("", |rule| &rule.summary),
            prose: rule.map_or("", |rule| rule.prose()),
            count: report.findings.iter().filter(|finding| finding.diagnostic.rule == name).count(),
        }
    }
}
