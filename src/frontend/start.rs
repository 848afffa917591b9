//! `POST /line-check`: sends the customer to the operator.

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::response::Response;
use http::{HeaderMap, header};
use serde_json::json;

use super::answer::{self, Reader, Refusal};
use super::sessions::Holder;
use super::{Desk, LineCheck, return_to};
use crate::head::Head;
use crate::line::Line;
use crate::subject::{FromExtensions, SubjectSource};

pub(super) async fn start(State(check): State<LineCheck>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let reader = Reader::of(&parts.headers);
    let desk = &check.desk;
    let refused = |refusal: Refusal| refusal.answer(reader, &desk.path);
    if !desk.is_own(&parts.headers) {
        return refused(Refusal::Foreign);
    }
    let Ok(body) = axum::body::to_bytes(body, MAX_BODY).await else {
        return refused(Refusal::Foreign);
    };
    let Ok(return_to) = wanted(&body) else { return refused(Refusal::Foreign) };

    let request = http::Request::from_parts(parts, ());
    let (claimed, holder) = {
        let head = Head::of(&request, "");
        (claimed(&head), check.holder(&head))
    };
    let sign_in = match desk.client.begin_sign_in(claimed).await {
        Ok(sign_in) => sign_in,
        Err(error) => return refused(Refusal::NotBegun(error.reason())),
    };
    let (holder, cookie) = match holder {
        Some(holder) => (holder, None),
        None => desk.newcomer(),
    };
    let address = sign_in.url().to_owned();
    let flow = desk.flows.begin(holder, sign_in, return_to.map(Into::into));
    match reader {
        Reader::Person => answer::see_other(&address, cookie),
        Reader::App => {
            let body = json!({ "authorizationUrl": address, "flow": flow.to_string() });
            answer::with_cookie(answer::json_of(body), cookie)
        }
    }
}

/// A link or a reload begins nothing.
pub(super) async fn only_post(State(check): State<LineCheck>, headers: HeaderMap) -> Response {
    Refusal::Foreign.answer(Reader::of(&headers), &check.desk.path)
}

impl Desk {
    /// A session for a browser that has none.
    pub(super) fn newcomer(&self) -> (Holder, Option<http::HeaderValue>) {
        let (name, cookie) = self.cookies.issue();
        (Holder::Browser(name), cookie)
    }

    /// Does a page of this service ask, or something that is no browser? Browsers say whose page it
    /// is, in one of two headers.
    fn is_own(&self, headers: &HeaderMap) -> bool {
        let text = |name: &str| headers.get(name).map(|value| value.as_bytes());
        match (text("sec-fetch-site"), text(header::ORIGIN.as_str())) {
            (Some(site), _) => [b"same-origin".as_slice(), b"none"].contains(&site),
            (None, Some(origin)) => origin == self.origin.as_bytes(),
            (None, None) => true,
        }
    }
}

/// Where the customer wants to go on. A form, JSON, or nothing.
fn wanted(body: &Bytes) -> Result<Option<String>, ()> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    struct Wanted {
        return_to: Option<String>,
    }
    let return_to = match body.first() {
        None => None,
        Some(b'{') => serde_json::from_slice::<Wanted>(body).map_err(|_| ())?.return_to,
        Some(_) => {
            let mut values = form_urlencoded::parse(body).filter(|(name, _)| name == "returnTo");
            let first = values.next().map(|(_, value)| value.into_owned());
            if values.next().is_some() {
                return Err(());
            }
            first.filter(|text| !text.is_empty())
        }
    };
    return_to.map(|text| return_to::read(&text).ok_or(())).transpose()
}

/// The number that earlier middleware vouches for.
fn claimed(head: &Head<'_>) -> Option<Line> {
    FromExtensions.subject(head).ok().map(|subject| subject.line)
}

const MAX_BODY: usize = 4 * 1024;
