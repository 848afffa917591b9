//! `lint`: the warnings that a file or a rule accepts.

use crate::document::{Fields, Finding, Known, Node, Report, nearest};
use crate::policy::lint::{Accept, CODES};

const LINT: Known =
    Known { what: "an item of `lint`", keys: &["accept", "because", "until"], unbuilt: &[] };

pub(super) fn load(fields: &Fields<'_>, report: &mut Report) -> Vec<Accept> {
    let items = fields.get("lint").and_then(|node| node.expect_list("lint", report));
    items.unwrap_or_default().iter().filter_map(|item| accept(item, report)).collect()
}

fn accept(node: &Node, report: &mut Report) -> Option<Accept> {
    let fields = Fields::of(node, LINT, report)?;
    let accepted = fields.required("accept", report);
    let code = accepted.and_then(|node| Some((node.place, code(node, report)?)));
    because(&fields, report);
    let until = fields.get("until").map(|node| node.expect_until(report));
    let (place, code) = code?;
    Some(Accept { code, place, until: until.flatten() })
}

/// Whoever comes later must be able to ask whether it still holds.
fn because(fields: &Fields<'_>, report: &mut Report) {
    let Some(node) = fields.required("because", report) else { return };
    if node.expect_text("because", report).is_some_and(|text| text.trim().is_empty()) {
        let help = "say in one sentence why the warning may stand";
        report.add(Finding::error("E018", node.place, "`because` says nothing").help(help));
    }
}

fn code(node: &Node, report: &mut Report) -> Option<&'static str> {
    let written = node.written().unwrap_or_default();
    let known = || CODES.iter().map(|(code, _)| *code);
    let found = known().find(|code| *code == written);
    if found.is_none() {
        let finding = Finding::error(
            "E003",
            node.place,
            format!("{} is not a value of `accept`", node.quoted()),
        );
        let near = nearest(written, known());
        report.add(match (written, near) {
            ("W124", _) => finding.help("remove the accept that matches nothing"),
            (error, _) if is_error_code(error) => {
                finding.help("an error cannot be accepted: mend it")
            }
            (_, Some(_)) => finding.did_you_mean(near),
            (_, None) => finding.help("name one warning by its code: `accept: W118`"),
        });
    }
    found
}

fn is_error_code(text: &str) -> bool {
    let digits = text.strip_prefix('E');
    digits.is_some_and(|digits| digits.len() == 3 && digits.parse::<u16>().is_ok())
}
