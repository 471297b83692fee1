//! The addresses that codes and keys are sent to.
//!
//! An address is accepted in its plain form alone: two readers of a stranger one, such as this check and the HTTP client,
//! may find two hosts in it. So there is nothing here that undoes an encoding.

/// Whether what is sent to `url` is read by nobody else: encrypted, or this machine's own.
pub fn is_private(url: &str) -> bool {
    let is_local = |authority: &str| {
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (authority, None),
        };
        let port = port.is_none_or(|port| port.parse::<u16>().is_ok());
        port && (["127.0.0.1", "[::1]"].contains(&host) || host.eq_ignore_ascii_case("localhost"))
    };
    is_https(url) || authority(url, "http://").is_some_and(is_local)
}

/// Whether `url` is an address by HTTPS, of a host and maybe a port, and nothing before them.
fn is_https(url: &str) -> bool {
    authority(url, "https://").is_some()
}

/// Returns host and port as the address spells them; nothing where it spells anything else, such as a user name.
fn authority<'a>(url: &'a str, scheme: &str) -> Option<&'a str> {
    let odd = |character: char| character.is_whitespace() || character.is_control() || character == '\\';
    let rest = url.strip_prefix(scheme).filter(|_| !url.contains(odd))?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:[]_".contains(&byte);
    (!authority.is_empty() && !authority.starts_with(':') && authority.bytes().all(plain)).then_some(authority)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_nobody_else_reads_is_private() {
        for right in [
            "https://api.twilio.com",
            "https://api.twilio.com:8443/x?y=a@b#z",
            "http://127.0.0.1:8080/x",
            "http://[::1]:8080/x",
            "http://[::1]",
            "http://LOCALHOST:8080/",
        ] {
            assert!(is_private(right), "{right}");
        }
        let wrong = [
            "",
            "http://localhost:/",
            "http://localhost:x/",
            "https://:443/",
            "https://api.twilio.com\\@evil.example/",
            "http://api.twilio.com",
            "http://127.0.0.1.example/",
            "http://localhost:1@evil.example/",
            "http://127.0.0.1:80@evil.example/",
            "http://[::1]:80@evil.example/",
            "http://localhost:pw@evil.example:80/",
            "https://user:password@api.twilio.com/",
            "http://localhost:1\\@evil.example/",
            "http://localhost.evil.example:1/",
            "http://localhost.:1/",
            "http://evil.example/http://localhost:1",
            "http://evil.example#@localhost:1/",
            "http://evil.example?@localhost:1/",
            "http://localhost%00.evil.example:1/",
            "http://127.1:1/",
            "http:localhost:1",
            "//localhost:1/",
            "ftp://localhost:1/",
            "https://",
            "https:///x",
            " http://localhost:1",
            "http://local\thost:1",
        ];
        for wrong in wrong {
            assert!(!is_private(wrong), "{wrong}");
        }
    }
}
