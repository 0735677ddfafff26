//! Suppression comments and the lines that they cover. What they say is parsed when they are applied.

use super::Extractor;
use crate::facts::SuppressionComment;
use crate::source::{Span, line_of};
use crate::syntax::NodeKind;

impl Extractor<'_> {
    /// Records the comments that speak to laggard.
    pub(super) fn comments(&mut self, text: &str) {
        if self.tree.comments.is_empty() {
            return;
        }
        let statements = self.statement_spans();
        for span in &self.tree.comments {
            let starts = &self.facts.line_starts;
            let line = line_of(starts, span.start);
            let line_start = starts[line as usize - 1] as usize;
            let own_line = text.get(line_start..span.start as usize).is_some_and(|before| before.trim().is_empty());
            let lines = match statements.iter().find(|statement| statement.start >= span.end) {
                Some(next) if own_line => (line, line_of(starts, next.end.saturating_sub(1).max(next.start))),
                _ => (line, line_of(starts, span.end.saturating_sub(1).max(span.start))),
            };
            let text = span.of(text).into();
            self.facts.suppressions.push(SuppressionComment { span: *span, text, own_line, lines });
        }
    }

    /// The spans of all statements, in the order of their start, outer ones first.
    fn statement_spans(&self) -> Vec<Span> {
        let mut spans = Vec::new();
        let mut pending: Vec<_> = self.tree.root.into_iter().collect();
        while let Some(node) = pending.pop() {
            if let NodeKind::Block(list) = self.tree.kind(node) {
                spans.extend(self.tree.nodes_of(list).iter().map(|node| self.tree.span(*node)));
            }
            self.tree.for_each_child(node, &mut |child| pending.push(child));
        }
        spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
        spans
    }
}
