//! Markup that cannot be malformed: what is opened is closed, and whatever is not ours is escaped.

use std::fmt;

/// An element with what is in it.
pub(super) struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    content: Vec<Content>,
}

enum Content {
    Element(Element),
    Text(String),
    /// Text that the parser of HTML does not read: a style sheet of ours.
    Css(String),
}

/// An element without attributes and content.
pub(super) fn element(name: &'static str) -> Element {
    Element { name, attributes: Vec::new(), content: Vec::new() }
}

impl Element {
    pub(super) fn with(mut self, attribute: &'static str, value: impl fmt::Display) -> Self {
        self.attributes.push((attribute, value.to_string()));
        self
    }

    pub(super) fn class(self, class: impl fmt::Display) -> Self {
        self.with("class", class)
    }

    pub(super) fn text(mut self, text: impl fmt::Display) -> Self {
        self.content.push(Content::Text(text.to_string()));
        self
    }

    pub(super) fn css(mut self, css: String) -> Self {
        self.content.push(Content::Css(css));
        self
    }

    pub(super) fn child(mut self, child: Self) -> Self {
        self.content.push(Content::Element(child));
        self
    }

    pub(super) fn children(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.content.extend(children.into_iter().map(Content::Element));
        self
    }

    fn is_void(&self) -> bool {
        self.name == "meta"
    }

    /// Line breaks between children are no words of a sentence.
    fn holds_elements_alone(&self) -> bool {
        self.content.len() > 1
            && self.content.iter().all(|content| matches!(content, Content::Element(_)))
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}", self.name)?;
        for (name, value) in &self.attributes {
            write!(f, " {name}=\"{}\"", Escaped(value))?;
        }
        f.write_str(">")?;
        if self.is_void() {
            return Ok(());
        }
        let gap = if self.holds_elements_alone() { "\n" } else { "" };
        for content in &self.content {
            write!(f, "{gap}{content}")?;
        }
        write!(f, "{gap}</{}>", self.name)
    }
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Element(element) => element.fmt(f),
            Self::Text(text) => Escaped(text).fmt(f),
            Self::Css(css) => f.write_str(css),
        }
    }
}

struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;

        self.0.chars().try_for_each(|found| match found {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            other => f.write_char(other),
        })
    }
}
