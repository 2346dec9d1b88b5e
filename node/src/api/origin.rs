//! Who a request was meant for: a page in the operator's own browser must not reach the admin API.
//!
//! A page of a foreign site can make a browser on the operator's machine send requests to the loopback address, under a name
//! that the site points there (DNS rebinding). Such a request tells that name in `Host` and the site in `Origin`. An address
//! as numbers is no such name, so ports that are forwarded stay usable under any number \[E9\].

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::failure::Failure;

/// Refuses requests for a host other than this listener's address, and those that a page of another site makes.
pub(super) async fn own(State(listener): State<IpAddr>, request: Request, next: Next) -> Response {
    match foreign(listener, request.uri(), request.headers()) {
        None => next.run(request).await,
        Some(what) => {
            let help = "ask for the address that `listen` of `[admin]` has, or for localhost; browsers' pages may not";
            Failure::new(StatusCode::FORBIDDEN, what, help).into_response()
        }
    }
}

/// What is foreign about a request.
fn foreign(listener: IpAddr, uri: &Uri, headers: &HeaderMap) -> Option<&'static str> {
    let mut hosts = headers.get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return Some("a request has one header `Host`");
    };
    let Some(host) = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok()) else {
        return Some("the header `Host` is no host");
    };
    // A request may name its host in its first line, too.
    let is_own = std::iter::once(&host)
        .chain(uri.authority())
        .all(|host| is_own(listener, host));
    if !is_own {
        return Some("this request is for another host");
    }
    let own_page = format!("http://{host}");
    let is_foreign = |origin: &axum::http::HeaderValue| origin.as_bytes() != own_page.as_bytes();
    headers
        .get_all(ORIGIN)
        .iter()
        .any(is_foreign)
        .then_some("this request was made by a page of another site")
}

fn is_own(listener: IpAddr, host: &Authority) -> bool {
    // Names and passwords before an `@` are not part of a host.
    if host.as_str().contains('@') {
        return false;
    }
    let (listener, name) = (listener.to_canonical(), host.host());
    let is_near = listener.is_loopback() || listener.is_unspecified();
    if name.eq_ignore_ascii_case("localhost") {
        return is_near;
    }
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
    let Ok(address) = bare.unwrap_or(name).parse::<IpAddr>() else {
        return false;
    };
    let address = address.to_canonical();
    listener.is_unspecified() || address == listener || (listener.is_loopback() && address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_foreign(listener: &str, line: &str, host: &[&str], origin: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, values) in [(HOST, host), (ORIGIN, origin)] {
            for value in values {
                headers.append(&name, value.parse().unwrap());
            }
        }
        foreign(listener.parse().unwrap(), &line.parse().unwrap(), &headers).is_some()
    }

    /// [E9]
    #[test]
    fn own_names_pass_under_any_port() {
        for (listener, host) in [
            ("127.0.0.1", "127.0.0.1:8546"),
            ("127.0.0.1", "localhost"),
            ("127.0.0.1", "LOCALHOST:9000"),
            ("127.0.0.1", "[::1]:8546"),
            ("::1", "[::1]:8546"),
            ("0.0.0.0", "10.0.0.7:8546"),
            ("0.0.0.0", "localhost:8546"),
            ("10.0.0.7", "10.0.0.7:8546"),
            ("10.0.0.7", "[::ffff:10.0.0.7]:8546"),
        ] {
            assert!(!is_foreign(listener, "/v1", &[host], &[]), "{listener} {host}");
            let own = format!("http://{host}");
            assert!(
                !is_foreign(listener, "/v1", &[host], &[&own]),
                "{listener} {host}"
            );
            assert!(
                !is_foreign(listener, &format!("{own}/v1"), &[host], &[]),
                "{listener} {host}"
            );
        }
    }

    /// [E9]
    #[test]
    fn foreign_names_do_not() {
        for host in [
            "evil.example",
            "evil.example:8546",
            "localhost.evil.example",
            "127.0.0.1.evil.example:8546",
            "127.0.0.1@evil.example",
            "evil.example@127.0.0.1",
            "localhost.",
            "0x7f000001",
            "2130706433",
            "127.1",
            "[::1",
            "",
            "10.0.0.7:8546",
            "0.0.0.0:8546",
        ] {
            assert!(is_foreign("127.0.0.1", "/v1", &[host], &[]), "{host}");
        }
        assert!(is_foreign("10.0.0.7", "/v1", &["localhost"], &[]));
        assert!(is_foreign("127.0.0.1", "/v1", &[], &[]));
        assert!(is_foreign("127.0.0.1", "/v1", &["localhost", "localhost"], &[]));
        assert!(is_foreign(
            "127.0.0.1",
            "http://evil.example/v1",
            &["localhost"],
            &[]
        ));
    }

    /// [E9]
    #[test]
    fn foreign_pages_do_not() {
        let host = "localhost:8546";
        for origin in [
            "http://evil.example",
            "null",
            "",
            "https://localhost:8546",
            "http://localhost:3000",
            "http://127.0.0.1:8546",
            "http://localhost:8546/",
            "http://localhost:8546.evil.example",
        ] {
            assert!(is_foreign("127.0.0.1", "/v1", &[host], &[origin]), "{origin}");
        }
        let both = ["http://localhost:8546", "http://evil.example"];
        assert!(is_foreign("127.0.0.1", "/v1", &[host], &both));
    }
}
