//! Routes as manifests write them: `POST /v1/payments`, `grpc pkg.Service/Method`.

use std::sync::Arc;

use crate::document::{Finding, Place};
use crate::policy::load::method;
use crate::policy::route::{Methods, Template, TemplateError};

/// A route of a service.
#[derive(Clone, Debug)]
pub(super) struct ServiceRoute {
    text: Arc<str>,
    pub(super) place: Place,
    /// None where the text is none; a manifest that is read has no such route.
    matching: Option<(Template, Methods)>,
}

impl ServiceRoute {
    pub(super) fn new(text: &str) -> Self {
        let place = Place::default();
        Self { text: text.into(), place, matching: parse(text, place).ok() }
    }

    /// The route that stands there, or what is wrong with it.
    pub(super) fn read(text: &str, place: Place) -> Result<Self, Finding> {
        let matching = Some(parse(text, place)?);
        Ok(Self { text: text.into(), place, matching })
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The route without its method.
    pub(super) fn target(&self) -> &str {
        self.text.split_once(' ').map_or(&*self.text, |(_, target)| target)
    }

    /// Is there a request for both?
    pub(super) fn meets(&self, template: &Template, methods: &Methods) -> bool {
        self.matching
            .as_ref()
            .is_some_and(|(own, takes)| own.meets(template) && takes.meet(methods))
    }

    /// Is there a path for both, whatever the method?
    pub(super) fn meets_path(&self, template: &Template) -> bool {
        self.matching.as_ref().is_some_and(|(own, _)| own.meets(template))
    }
}

fn parse(text: &str, place: Place) -> Result<(Template, Methods), Finding> {
    let refused = |part: &str, TemplateError { message, help }| {
        Finding::error("E016", place, format!("`{part}` {message}")).help(help)
    };
    let path = |path: &str| Template::parse(path).map_err(|error| refused(path, error));
    match text.split_once(' ') {
        Some(("grpc", name)) => {
            let template = Template::grpc(name).map_err(|error| refused(name, error))?;
            Ok((template, Methods::post()))
        }
        Some(("GRPC", name)) => {
            let help = format!("write it in small letters: `grpc {name}`");
            Err(Finding::error("E016", place, "`GRPC` is not an HTTP method").help(help))
        }
        Some((name, after)) => {
            let name = method(name).map_err(|problem| problem.at(place))?;
            Ok((path(after)?, Methods::Named(vec![name])))
        }
        None if text.starts_with('/') => Ok((path(text)?, Methods::Any)),
        None => Err(refused(
            text,
            TemplateError {
                message: "is not a route",
                help: "write `POST /v1/payments`, or `grpc pkg.Service/Method`",
            },
        )),
    }
}
