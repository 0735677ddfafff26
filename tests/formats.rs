//! Every output format, read by something that this project did not write: schemas, parsers, a browser. And what holds
//! for all of them: nothing of the machine, and no harm from what the code says.

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::{laggard, project, run};
use serde_json::Value;

const FORMATS: &[&str] = &[
    "full",
    "concise",
    "grouped",
    "agent",
    "json",
    "jsonl",
    "sarif",
    "github",
    "gitlab",
    "junit",
    "checkstyle",
    "rdjson",
    "rdjsonl",
    "rustc",
    "azure",
    "teamcity",
    "html",
];

/// A path of three files, names that need escaping in one format or another, and text that is not ASCII.
const VIEWS: &str = "\
from app.load import load_customer


def show(session, orders):
    note = \"žluťoučký <b>&amp;</b> ]]> % ; | ' , :\"
    for order in orders:
        print(\"ž\", load_customer(session, order.customer_id))
";
const LOAD: &str = "\
from app.db import find


def load_customer(session, key):
    return find(session, key)
";
const DB: &str = "\
from sqlalchemy.orm import Session


def find(session: Session, key):
    return session.get(Customer, key)
";
const ODD: &str = "a & b, c:d;e]f|g'h%.py";

fn shop() -> tempfile::TempDir {
    let own = common::SLOW;
    project(&[
        ("app/views.py", VIEWS),
        ("app/load.py", LOAD),
        ("app/db.py", DB),
        ("app/__init__.py", ""),
        (ODD, own),
        ("broken.py", "def (:\n"),
    ])
}

fn output(folder: &Path, format: &str) -> String {
    let run = run(laggard(folder, &["check", "--select", "all", "--output-format", format]));
    assert_eq!(run.code, 1, "{run:?}");
    run.stdout
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The findings that the JSON document has, to compare with.
fn findings(folder: &Path) -> Vec<Value> {
    json(&output(folder, "json"))["findings"].as_array().unwrap().clone()
}

fn assert_valid(schema: &Value, document: &Value) {
    let validator = jsonschema::validator_for(schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{document:#}");
}

/// A file of a crate that this one depends on for its tests.
fn file_of_crate(name: &str, file: &str) -> String {
    let cargo = Command::new(env!("CARGO"))
        // Crates of other platforms need not be on this machine.
        .args(["metadata", "--format-version", "1", "--offline", "--filter-platform", &host(), "--manifest-path"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .output()
        .unwrap();
    let metadata = json(&String::from_utf8(cargo.stdout).unwrap());
    let package = metadata["packages"].as_array().unwrap().iter().find(|package| package["name"] == name).unwrap();
    let manifest = PathBuf::from(package["manifest_path"].as_str().unwrap());
    std::fs::read_to_string(manifest.with_file_name(file)).unwrap()
}

/// The platform that the tests were built for, as the compiler names it.
fn host() -> String {
    let compiler = Command::new("rustc").arg("-vV").output().unwrap();
    let about = String::from_utf8(compiler.stdout).unwrap();
    about.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned()
}

fn sarif_schema() -> Value {
    // The published pattern for languages has a bracket too many, which strict readers of regular expressions refuse.
    let text = file_of_crate("serde-sarif", "src/schema.json");
    json(&text.replace("^[a-zA-Z]{2}|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$", "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$"))
}

#[test]
fn nothing_of_the_machine_is_in_any_format() {
    let folder = shop();
    let machine = folder.path().to_str().unwrap();
    let name = folder.path().file_name().unwrap().to_str().unwrap();
    let elsewhere = project(&[]);
    for format in FORMATS {
        let from_within = output(folder.path(), format);
        let from_outside = run(laggard(elsewhere.path(), &["check", "--output-format", format, machine]));
        assert_eq!(from_outside.code, 1, "{from_outside:?}");
        for text in [&from_within, &from_outside.stdout, &from_outside.stderr] {
            assert!(!text.contains(machine) && !text.contains(name), "{format}: {text}");
        }
    }
}

#[test]
fn every_format_says_the_same_findings() {
    let folder = shop();
    let findings = findings(folder.path());
    assert!(findings.len() >= 2, "{findings:#?}");
    assert!(findings.iter().any(|finding| finding["trace"].as_array().unwrap().len() == 2), "{findings:#?}");
    for format in FORMATS {
        let text = output(folder.path(), format);
        for finding in &findings {
            assert!(text.contains(finding["rule"].as_str().unwrap()), "{format}: {text}");
        }
    }
}

#[test]
fn several_formats_in_one_run() {
    let folder = shop();
    let arguments = ["check", "--select", "all", "--output", "sarif=out/a.sarif", "--output", "json=b.json"];
    let ran = run(laggard(folder.path(), &arguments));
    assert_eq!(ran.code, 1);
    assert_eq!(ran.stdout, output(folder.path(), "full"));
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("out/a.sarif"), output(folder.path(), "sarif"));
    assert_eq!(read("b.json"), output(folder.path(), "json"));
    for wrong in ["sarif", "sarif=", "srif=x", "=x", "json=/dev/null/x"] {
        assert_eq!(run(laggard(folder.path(), &["check", "--output", wrong])).code, 2, "{wrong}");
    }
}

#[test]
fn json_follows_the_schema_that_is_shipped() {
    let folder = shop();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema/report-1.json");
    let mut schema = json(&std::fs::read_to_string(path).unwrap());
    let document = json(&output(folder.path(), "json"));
    assert_valid(&schema, &document);
    assert!(!document["notices"].as_array().unwrap().is_empty());
    assert_valid(
        &schema,
        &json(&run(laggard(folder.path(), &["check", "app/load.py", "--output-format", "json"])).stdout),
    );
    // Lines are findings of the document.
    schema["$ref"] = "#/$defs/Record".into();
    for key in ["properties", "required", "type"] {
        schema.as_object_mut().unwrap().remove(key);
    }
    for line in output(folder.path(), "jsonl").lines() {
        assert_valid(&schema, &json(line));
    }
}

#[test]
fn sarif_follows_its_schema() {
    let folder = shop();
    let text = output(folder.path(), "sarif");
    let log = json(&text);
    assert_valid(&sarif_schema(), &log);
    let typed: serde_sarif::sarif::Sarif = serde_json::from_str(&text).unwrap();
    let results = typed.runs[0].results.as_ref().unwrap();
    assert_eq!(results.len(), findings(folder.path()).len());
    assert!(results.iter().all(|result| result.locations.as_ref().is_some_and(|places| places.len() == 1)));
    assert!(results.iter().all(|result| result.partial_fingerprints.as_ref().is_some_and(|prints| !prints.is_empty())));
    assert!(results.iter().all(|result| result.rule_index.is_some()));

    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let mut places: Vec<&Value> = Vec::new();
    collect(&log, "artifactLocation", &mut places);
    assert!(places.len() > 5);
    for place in places {
        let uri = place["uri"].as_str().unwrap();
        assert_eq!(place["uriBaseId"], "%SRCROOT%");
        assert!(!uri.starts_with('/') && !uri.contains(':') && !uri.contains(' ') && uri.is_ascii(), "{uri}");
    }
    assert!(text.contains("a%20%26%20b%2C%20c%3Ad%3Be%5Df%7Cg%27h%25.py"), "{text}");
    let flow = run["results"].as_array().unwrap().iter().find_map(|result| result.get("codeFlows")).unwrap();
    let steps = flow[0]["threadFlows"][0]["locations"].as_array().unwrap();
    let uris: Vec<&str> = steps
        .iter()
        .map(|step| step["location"]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap())
        .collect();
    assert_eq!(uris, ["app/views.py", "app/load.py", "app/db.py"]);
}

/// All values under a key, however deep.
fn collect<'v>(value: &'v Value, key: &str, found: &mut Vec<&'v Value>) {
    match value {
        Value::Object(map) => {
            found.extend(map.get(key));
            map.values().for_each(|value| collect(value, key, found));
        }
        Value::Array(list) => list.iter().for_each(|value| collect(value, key, found)),
        _ => {}
    }
}

#[test]
fn a_clean_run_is_a_valid_document_too() {
    let folder = project(&[("clean.py", "x = 1\n")]);
    let output = |format: &str| {
        let run = run(laggard(folder.path(), &["check", "--output-format", format]));
        assert_eq!(run.code, 0, "{run:?}");
        run.stdout
    };
    assert_valid(&sarif_schema(), &json(&output("sarif")));
    assert_eq!(json(&output("gitlab")), Value::Array(vec![]));
    assert_eq!(json(&output("rdjson"))["diagnostics"], Value::Array(vec![]));
    for format in ["full", "concise", "grouped", "agent", "jsonl", "github", "rdjsonl", "rustc", "azure", "teamcity"] {
        assert_eq!(output(format), "", "{format}");
    }
    for format in ["junit", "checkstyle"] {
        roxmltree::Document::parse(&output(format)).unwrap();
    }
    assert!(output("html").contains("Nothing to report."));
}

/// The properties that GitLab's documentation asks for.
#[test]
fn gitlab_has_what_gitlab_asks_for() {
    let folder = shop();
    let schema = serde_json::json!({
        "type": "array",
        "items": {
            "type": "object",
            "required": ["description", "check_name", "fingerprint", "severity", "location"],
            "properties": {
                "description": {"type": "string"},
                "check_name": {"type": "string"},
                "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32,}$"},
                "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
                "location": {
                    "type": "object",
                    "required": ["path", "lines"],
                    "properties": {
                        "path": {"type": "string", "pattern": "^[^/]"},
                        "lines": {"type": "object", "required": ["begin"], "properties": {"begin": {"minimum": 1}}},
                    },
                },
            },
        },
    });
    let issues = json(&output(folder.path(), "gitlab"));
    assert_valid(&schema, &issues);
    let mut prints: Vec<&str> =
        issues.as_array().unwrap().iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
    let all = prints.len();
    prints.sort_unstable();
    prints.dedup();
    assert_eq!(prints.len(), all, "fingerprints are unique");
}

/// reviewdog's messages, as its protocol describes them; columns count bytes.
#[test]
fn rdjson_has_the_form_of_reviewdog() {
    let folder = shop();
    let position = serde_json::json!({
        "type": "object", "additionalProperties": false, "required": ["line", "column"],
        "properties": {"line": {"type": "integer", "minimum": 1}, "column": {"type": "integer", "minimum": 1}},
    });
    let location = serde_json::json!({
        "type": "object", "additionalProperties": false, "required": ["path"],
        "properties": {
            "path": {"type": "string", "pattern": "^[^/]"},
            "range": {
                "type": "object", "additionalProperties": false, "required": ["start"],
                "properties": {"start": position, "end": position},
            },
        },
    });
    let diagnostic = serde_json::json!({
        "type": "object", "additionalProperties": false, "required": ["message", "location"],
        "properties": {
            "message": {"type": "string"},
            "location": location,
            "severity": {"enum": ["UNKNOWN_SEVERITY", "ERROR", "WARNING", "INFO"]},
            "source": {"type": "object", "required": ["name"]},
            "code": {"type": "object", "required": ["value"]},
            "related_locations": {
                "type": "array",
                "items": {
                    "type": "object", "additionalProperties": false,
                    "properties": {"message": {"type": "string"}, "location": location},
                },
            },
        },
    });
    let document = json(&output(folder.path(), "rdjson"));
    for found in document["diagnostics"].as_array().unwrap() {
        assert_valid(&diagnostic, found);
    }
    let lines: Vec<Value> = output(folder.path(), "rdjsonl").lines().map(json).collect();
    lines.iter().for_each(|line| assert_valid(&diagnostic, line));
    let views = lines.iter().find(|line| line["location"]["path"] == "app/views.py").unwrap();
    let start = &views["location"]["range"]["start"];
    let line = VIEWS.lines().nth(start["line"].as_u64().unwrap() as usize - 1).unwrap();
    assert!(line[start["column"].as_u64().unwrap() as usize - 1..].starts_with("load_customer"), "{views:#}");
}

#[test]
fn junit_is_xml_with_a_failed_case_per_finding() {
    let folder = shop();
    let text = output(folder.path(), "junit");
    let document = roxmltree::Document::parse(&text).unwrap();
    let root = document.root_element();
    let findings = findings(folder.path());
    assert!(root.has_tag_name("testsuites"));
    assert_eq!(root.attribute("failures"), Some(findings.len().to_string().as_str()));
    let suites: Vec<_> = root.children().filter(|node| node.has_tag_name("testsuite")).collect();
    assert!(suites.iter().any(|suite| suite.attribute("name") == Some(ODD)));
    for suite in suites {
        let cases: Vec<_> = suite.children().filter(|node| node.has_tag_name("testcase")).collect();
        assert_eq!(suite.attribute("tests"), Some(cases.len().to_string().as_str()));
        for case in cases {
            let failure = case.children().find(|node| node.has_tag_name("failure")).unwrap();
            assert!(failure.text().unwrap().starts_with(failure.attribute("message").unwrap()));
        }
    }
}

/// As nextest's crate reads such reports.
#[test]
fn junit_is_understood_by_others() {
    let folder = shop();
    let findings = findings(folder.path());
    let report = quick_junit::Report::deserialize_from_str(&output(folder.path(), "junit")).unwrap();
    assert_eq!((report.tests, report.failures, report.errors), (findings.len(), findings.len(), 0));
    let cases: Vec<_> = report.test_suites.iter().flat_map(|suite| &suite.test_cases).collect();
    assert_eq!(cases.len(), findings.len());
    for case in cases {
        let quick_junit::TestCaseStatus::NonSuccess { kind, message, .. } = &case.status else { panic!("{case:?}") };
        assert_eq!(*kind, quick_junit::NonSuccessKind::Failure);
        let message = message.as_ref().unwrap().as_str();
        assert!(findings.iter().any(|finding| finding["message"] == message), "{message}");
    }
    let clean = project(&[("clean.py", "x = 1\n")]);
    let report = run(laggard(clean.path(), &["check", "--output-format", "junit"])).stdout;
    assert_eq!(quick_junit::Report::deserialize_from_str(&report).unwrap().failures, 0);
}

#[test]
fn checkstyle_is_xml_with_an_error_per_finding() {
    let folder = shop();
    let text = output(folder.path(), "checkstyle");
    let document = roxmltree::Document::parse(&text).unwrap();
    let errors: Vec<_> = document.descendants().filter(|node| node.has_tag_name("error")).collect();
    let findings = findings(folder.path());
    assert_eq!(errors.len(), findings.len());
    for (error, finding) in errors.iter().zip(&findings) {
        assert_eq!(error.parent().unwrap().attribute("name"), finding["path"].as_str());
        assert_eq!(error.attribute("line"), Some(finding["line"].to_string().as_str()));
        assert_eq!(error.attribute("column"), Some(finding["column"].to_string().as_str()));
        assert_eq!(error.attribute("source").unwrap(), format!("laggard.{}", finding["rule"].as_str().unwrap()));
    }
}

/// A workflow command, read as GitHub's documentation and runner do: `::name key=value,key=value::data`.
#[derive(Debug)]
struct WorkflowCommand {
    name: String,
    properties: std::collections::BTreeMap<String, String>,
    data: String,
}

impl WorkflowCommand {
    fn parse(line: &str) -> WorkflowCommand {
        let rest = line.strip_prefix("::").unwrap_or_else(|| panic!("no command: {line}"));
        let (head, data) = rest.split_once("::").unwrap_or_else(|| panic!("no end: {line}"));
        let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
        let data_of = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
        let value_of = |text: &str| {
            text.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",").replace("%25", "%")
        };
        let properties = properties.split(',').filter(|pair| !pair.is_empty()).map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or_else(|| panic!("no value: {line}"));
            (key.to_string(), value_of(value))
        });
        WorkflowCommand { name: name.to_string(), properties: properties.collect(), data: data_of(data) }
    }
}

#[test]
fn github_commands_are_well_formed() {
    let folder = shop();
    let commands: Vec<WorkflowCommand> = output(folder.path(), "github").lines().map(WorkflowCommand::parse).collect();
    let findings = findings(folder.path());
    assert_eq!(commands.len(), findings.len());
    for command in &commands {
        assert!(["error", "warning", "notice"].contains(&command.name.as_str()), "{command:?}");
        let finding = findings
            .iter()
            .find(|finding| {
                finding["path"] == command.properties["file"].as_str()
                    && finding["line"].as_u64() == command.properties["line"].parse().ok()
            })
            .unwrap_or_else(|| panic!("{command:?}"));
        assert!(command.data.starts_with(finding["message"].as_str().unwrap()), "{command:?}");
        assert_eq!(command.properties["title"], format!("laggard[{}]", finding["rule"].as_str().unwrap()));
    }
    assert!(commands.iter().any(|command| command.properties["file"] == ODD));
}

#[test]
fn github_gets_ten_of_a_level_and_a_word_about_the_rest() {
    let function = |number: usize| {
        format!(
            "\n\ndef show{number}(session: Session, orders):\n    for order in orders:\n        session.get(Customer, order.id)\n"
        )
    };
    let functions: String = (0..14).map(function).collect();
    let folder = project(&[("slow.py", &format!("{}{functions}", common::SLOW))]);
    let mut command = laggard(folder.path(), &["check", "--output-format", "github", "--select", "query-in-loop"]);
    command.env("GITHUB_STEP_SUMMARY", folder.path().join("summary.md"));
    let ran = run(command);
    let commands: Vec<WorkflowCommand> = ran.stdout.lines().map(WorkflowCommand::parse).collect();
    assert_eq!(commands.iter().filter(|command| command.name == "warning").count(), 10, "{ran:?}");
    let last = commands.last().unwrap();
    assert_eq!(last.name, "notice");
    assert!(last.data.starts_with("5 of 15 findings are not annotated"), "{last:?}");
    let summary = std::fs::read_to_string(folder.path().join("summary.md")).unwrap();
    let rows = summary.lines().filter(|line| line.starts_with("| warning | slow.py:")).count();
    assert_eq!(rows, 15, "{summary}");
}

/// `##vso[area.action key=value;…]text`.
#[test]
fn azure_commands_are_well_formed() {
    let folder = shop();
    let text = output(folder.path(), "azure");
    assert_eq!(text.lines().count(), findings(folder.path()).len());
    for line in text.lines() {
        let (properties, message) = line.strip_prefix("##vso[task.logissue ").unwrap().split_once(']').unwrap();
        let keys: Vec<&str> = properties.split_terminator(';').map(|pair| pair.split_once('=').unwrap().0).collect();
        assert_eq!(keys, ["type", "sourcepath", "linenumber", "columnnumber", "code"]);
        assert!(!message.is_empty());
    }
    assert!(text.contains("a & b, c:d%3Be%5Df|g'h%AZP25.py"), "{text}");
}

/// `##teamcity[name key='value' …]`, where `|` escapes.
#[test]
fn teamcity_messages_are_well_formed() {
    let folder = shop();
    let text = output(folder.path(), "teamcity");
    let mut inspections = 0;
    for line in text.lines() {
        let inner = line.strip_prefix("##teamcity[").unwrap().strip_suffix(']').unwrap();
        let (name, mut rest) = inner.split_once(' ').unwrap();
        inspections += usize::from(name == "inspection");
        while !rest.is_empty() {
            let (key, value) = rest.split_once("='").unwrap();
            assert!(!key.is_empty() && key.chars().all(|one| one.is_ascii_alphabetic()), "{line}");
            let mut escaped = false;
            let end = value.char_indices().find(|(_, one)| {
                let ends = *one == '\'' && !escaped;
                escaped = *one == '|' && !escaped;
                ends
            });
            let end = end.unwrap_or_else(|| panic!("{line}")).0;
            assert!(!value[..end].replace("||", "").replace("|[", "").replace("|]", "").contains(['[', ']']), "{line}");
            rest = value[end + 1..].trim_start();
        }
    }
    assert_eq!(inspections, findings(folder.path()).len());
}

#[test]
fn statistics_count_by_rule() {
    let folder = shop();
    let table = run(laggard(folder.path(), &["check", "--statistics"]));
    assert_eq!(table.code, 1);
    assert!(table.stdout.starts_with("findings  places  files  rule"), "{table:?}");
    assert!(table.stdout.contains("query-in-loop"));
    let rows = run(laggard(folder.path(), &["check", "--statistics", "--output-format", "json"]));
    let rows = json(&rows.stdout);
    assert_eq!(rows[0]["findings"].as_u64().unwrap(), rows[0]["files"].as_u64().unwrap());
}

#[test]
fn html_needs_nothing_else_and_is_escaped() {
    let folder = shop();
    let html = output(folder.path(), "html");
    for outside in ["src=", "url(", "@import", "http://", "<link"] {
        assert!(!html.contains(outside), "{outside}");
    }
    assert!(html.contains("default-src 'none'"));
    assert!(!html.contains("<b>&amp;</b>"), "code is escaped");
    assert_eq!(html.matches("<details class=\"finding\"").count(), findings(folder.path()).len());
}

/// Filters and opens findings in a browser: `chromium`, or what `CHROMIUM` names. Where there is none it is passed over,
/// unless `CHROMIUM` is set, as `.ci/run` does.
#[test]
fn html_filters_in_a_browser() {
    let browser = std::env::var("CHROMIUM").unwrap_or("chromium".to_string());
    let folder = shop();
    let all = findings(folder.path()).len();
    let page = |script: &str| {
        let html = output(folder.path(), "html").replace("</body>", &format!("<script>{script}</script></body>"));
        let path = folder.path().join("page.html");
        std::fs::write(&path, html).unwrap();
        let mut command = Command::new(&browser);
        command.args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]).arg(path);
        command
            .env("HOME", folder.path())
            .output()
            .ok()
            .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let report = "document.title = [...document.querySelectorAll('.finding')].filter(f => f.checkVisibility())\
                  .map(f => f.dataset.path + '#' + f.open).join(' ') + ' ' + byId('shown').textContent;";
    let Some(plain) = page(report) else {
        assert!(std::env::var_os("CHROMIUM").is_none(), "`{browser}` cannot be run");
        eprintln!("no browser `{browser}`: not tested");
        return;
    };
    let title = |dom: &str| dom.split("<title>").nth(1).unwrap().split("</title>").next().unwrap().to_string();
    assert!(title(&plain).ends_with(&format!("{all} of {all} shown")), "{}", title(&plain));
    let filtered = page(&format!(
        "byId('path').value = 'VIEWS'; byId('path').dispatchEvent(new Event('input')); byId('open').click(); {report}"
    ));
    assert_eq!(title(&filtered.unwrap()), format!("app/views.py#true 1 of {all} shown"));
    let by_rule = page(&format!(
        "byId('rule').value = 'query-in-loop'; byId('rule').dispatchEvent(new Event('input')); {report}"
    ));
    assert!(!title(&by_rule.unwrap()).contains("#true"));
}
