//! One item of a country list: a code, a group, or one of the many ways to get it wrong.

use crate::country::{Country, GroupMember, Mcc};
use crate::document::{Finding, Node, NodeKind, Report};

/// An item, understood.
pub(super) enum Item {
    Place(GroupMember),
    Group(String),
    /// The name of a fact of the type `countries`.
    Attribute(Node),
}

/// Reads an item, or reports what is wrong with it.
pub(super) fn read(node: &Node, report: &mut Report) -> Option<Item> {
    if report.is_full() {
        return None;
    }
    match &node.kind {
        NodeKind::Text(text) => {
            understand(text).map_err(|mistake| report.add(mistake.at(node))).ok()
        }
        NodeKind::Map(entries) if node.get("attribute").is_some() => {
            if let Some((key, _)) = entries.iter().find(|(key, _)| key.text() != Some("attribute"))
            {
                let message =
                    format!("`{}` does not go with `attribute`", key.text().unwrap_or_default());
                let help = "write `{ attribute: subject.journeys }`";
                report.add(Finding::error("E003", key.place, message).help(help));
            }
            node.get("attribute").cloned().map(Item::Attribute)
        }
        NodeKind::Bool(..) | NodeKind::Number(_) => {
            report.add(not_a_text(node));
            None
        }
        NodeKind::Null | NodeKind::List(_) | NodeKind::Map(_) => {
            let message =
                format!("a country code or group is expected, this is {}", node.describe());
            report.add(
                Finding::error("E022", node.place, message)
                    .help("write a code such as \"NO\", or a group such as eea"),
            );
            None
        }
    }
}

/// E005: other tools turn `NO` into `false`.
fn not_a_text(node: &Node) -> Finding {
    let written = node.written().unwrap_or_default();
    let finding = Finding::error(
        "E005",
        node.place,
        format!("`{written}` is {}, not a country code", node.describe()),
    );
    match node.kind {
        NodeKind::Bool(false, _) => finding.help("Norway must be written \"NO\""),
        NodeKind::Bool(true, _) => finding.help("write a code in quotes, such as \"NO\""),
        _ => match Mcc::from_digits(&format!("{written:0>3}")) {
            Some(code) => finding.help(format!("a network code is written \"mcc:{code}\"")),
            None => finding.help("write a code such as \"NO\", or a network code, \"mcc:901\""),
        },
    }
}

struct Mistake {
    code: &'static str,
    message: String,
    help: Option<String>,
}

impl Mistake {
    fn new(code: &'static str, message: String, help: impl Into<Option<String>>) -> Self {
        Self { code, message, help: help.into() }
    }

    fn at(self, node: &Node) -> Finding {
        let finding = Finding::error(self.code, node.place, self.message);
        match self.help {
            Some(help) => finding.help(help),
            None => finding,
        }
    }
}

fn understand(text: &str) -> Result<Item, Mistake> {
    if let Some(country) = Country::from_code(text) {
        return Ok(Item::Place(GroupMember::Country(country)));
    }
    if let Some(digits) = text.strip_prefix("mcc:") {
        return network(text, digits);
    }
    if text == "false" {
        let help =
            "Norway must be written \"NO\"; some other tool has turned it into `false`".to_owned();
        return Err(Mistake::new("E005", "`false` is not a country code".to_owned(), help));
    }
    if !text.is_ascii() {
        let message = format!("`{text}` has a letter that only looks like one of A to Z");
        return Err(Mistake::new(
            "E006",
            message,
            "type the code again on a Latin keyboard".to_owned(),
        ));
    }
    if is_code_like(text) { Err(no_such_code(text)) } else { Ok(Item::Group(text.to_owned())) }
}

fn network(text: &str, digits: &str) -> Result<Item, Mistake> {
    let code = Mcc::from_digits(digits);
    code.map(|code| Item::Place(GroupMember::Mcc(code))).ok_or_else(|| {
        let help = "a mobile country code has three digits, 001 to 999: \"mcc:901\"".to_owned();
        Mistake::new("E007", format!("`{text}` is not a network code"), help)
    })
}

/// Upper case, or two letters: a code was meant, not a group.
fn is_code_like(text: &str) -> bool {
    let letters = text.bytes().all(|byte| byte.is_ascii_alphabetic());
    letters
        && (text.len() == 2 && text != "eu" || text.bytes().all(|byte| byte.is_ascii_uppercase()))
}

fn no_such_code(text: &str) -> Mistake {
    let help = match text.to_ascii_uppercase().as_str() {
        "EU" => "the European Union is the group eu".to_owned(),
        "EEA" => "the European Economic Area is the group eea".to_owned(),
        _ => help_for_code(text),
    };
    Mistake::new("E006", format!("`{text}` is not an assigned ISO 3166-1 code"), help)
}

/// What to write instead of a code that is none.
pub(crate) fn help_for_code(text: &str) -> String {
    let meant = Country::meant_by(text).map(Country::code);
    let upper = text.to_ascii_uppercase();
    match (meant, upper.as_str()) {
        (Some(_), "UK") => "the code of the United Kingdom is \"GB\"".to_owned(),
        (Some(_), "EL") => "the code of Greece is \"GR\"".to_owned(),
        (Some(code), _) if text.len() == 3 => {
            format!("country codes have two letters: write \"{code}\", not \"{text}\"")
        }
        (Some(code), _) => format!("country codes are upper case: \"{code}\""),
        (None, _) => {
            "write the two letters of ISO 3166-1, in upper case, such as \"DE\"".to_owned()
        }
    }
}

/// A name that is no group's, and that people write for a country.
pub(super) fn country_meant(node: &Node, name: &str) -> Option<Finding> {
    Country::meant_by(name).map(|_| no_such_code(name).at(node))
}
