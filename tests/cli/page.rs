//! Reading a page back, strictly: what is opened is closed, in its order.

use std::collections::HashMap;

/// An element with all text in it.
#[derive(Clone, Debug)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) parent: String,
    pub(crate) text: String,
    attributes: HashMap<String, String>,
}

impl Element {
    pub(crate) fn get(&self, attribute: &str) -> &str {
        self.attributes.get(attribute).map_or("", String::as_str)
    }

    pub(crate) fn has_class(&self, class: &str) -> bool {
        self.get("class").split(' ').any(|found| found == class)
    }
}

/// The elements of a page, in the order in which they are opened.
pub(crate) fn elements(page: &str) -> Vec<Element> {
    let mut rest = page.strip_prefix("<!doctype html>\n").unwrap();
    let (mut found, mut open): (Vec<Element>, Vec<usize>) = (Vec::new(), Vec::new());
    while let Some((text, tail)) = rest.split_once('<') {
        open.iter().for_each(|at| found[*at].text += &unescaped(text));
        let (tag, tail) = tail.split_once('>').unwrap();
        rest = tail;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(found[open.pop().unwrap()].name, name);
            continue;
        }
        let parent = open.last().map_or(String::new(), |at| found[*at].name.clone());
        found.push(element(tag, parent));
        match found.last().unwrap().name.as_str() {
            "meta" => {}
            "style" => rest = rest.split_once("</style>").unwrap().1,
            _ => open.push(found.len() - 1),
        }
    }
    assert_eq!((open, rest), (vec![], "\n"), "the page does not end");
    found
}

fn element(tag: &str, parent: String) -> Element {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    let mut attributes = HashMap::new();
    while !rest.is_empty() {
        let (attribute, tail) = rest.split_once("=\"").unwrap();
        let (value, tail) = tail.split_once('"').unwrap();
        let twin = attributes.insert(attribute.to_owned(), unescaped(value));
        assert_eq!(twin, None, "{tag}");
        rest = tail.trim_start();
    }
    Element { name: name.to_owned(), parent, text: String::new(), attributes }
}

fn unescaped(text: &str) -> String {
    assert!(!text.contains(['"', '\'', '>']), "not escaped: {text}");
    let named = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    named.replace("&#39;", "'").replace("&amp;", "&")
}
