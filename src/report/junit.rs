//! JUnit's XML: a suite per file, a failed case per finding. A run without findings is one case that passed: several
//! readers refuse a document without cases.

use std::io::{self, Write};

use quick_xml::events::BytesText;
use quick_xml::writer::Writer;

use super::finding::{Finding, Report, severity_name};
use super::xml;

type Xml<'a> = Writer<&'a mut dyn Write>;

pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let failures = report.findings.len().to_string();
    let tests = report.findings.len().max(1).to_string();
    let counts = [("tests", tests.as_str()), ("failures", failures.as_str()), ("errors", "0")];
    xml::document(out, |writer| {
        let root = writer.create_element("testsuites").with_attribute(("name", super::TOOL)).with_attributes(counts);
        root.write_inner_content(|writer| {
            if report.findings.is_empty() {
                write_passed(writer)?;
            }
            report.by_file().try_for_each(|(path, findings)| write_suite(writer, path, findings))
        })?;
        Ok(())
    })
}

fn write_passed(writer: &mut Xml) -> io::Result<()> {
    let counts = [("name", super::TOOL), ("tests", "1"), ("failures", "0"), ("errors", "0")];
    let suite = writer.create_element("testsuite").with_attributes(counts);
    suite.write_inner_content(|writer| {
        let case = [("name", "no findings"), ("classname", super::TOOL)];
        writer.create_element("testcase").with_attributes(case).write_empty()?;
        Ok(())
    })?;
    Ok(())
}

fn write_suite(writer: &mut Xml, path: &str, findings: &[Finding]) -> io::Result<()> {
    let count = findings.len().to_string();
    let path = xml::allowed(path);
    let attributes = [("name", path.as_ref()), ("tests", &count), ("failures", &count), ("errors", "0")];
    let suite = writer.create_element("testsuite").with_attributes(attributes);
    suite.write_inner_content(|writer| findings.iter().try_for_each(|finding| write_case(writer, &path, finding)))?;
    Ok(())
}

fn write_case(writer: &mut Xml, path: &str, finding: &Finding) -> io::Result<()> {
    let diagnostic = finding.diagnostic;
    let line = finding.place.line().to_string();
    let name = format!("{} at {}", diagnostic.rule, xml::allowed(&finding.place.shown()));
    let attributes = [("name", name.as_str()), ("classname", path), ("file", path), ("line", &line)];
    writer.create_element("testcase").with_attributes(attributes).write_inner_content(|writer| {
        let text = finding.lines().join("\n");
        let message = xml::allowed(&diagnostic.message);
        let attributes = [("message", message.as_ref()), ("type", severity_name(diagnostic.severity))];
        let failure = writer.create_element("failure").with_attributes(attributes);
        failure.write_text_content(BytesText::new(&xml::allowed(&text)))?;
        Ok(())
    })?;
    Ok(())
}
