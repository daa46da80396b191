//! The passwords of addresses in the environment, as those of package indexes and proxies are given: taken out of what is
//! said while an environment is made. Knows nothing of who says it.

use std::env;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::secrets::Veil;

/// What hides the passwords in this process's variables; `None` where there are none.
pub(super) fn veil() -> Option<Veil> {
    let variables =
        env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let found: Vec<(SmolStr, Arc<str>)> = variables
        .flat_map(|(name, value)| {
            let passwords: Vec<Arc<str>> = of(&value).map(Into::into).collect();
            passwords.into_iter().map(move |password| (SmolStr::from(&name), password))
        })
        .collect();
    (!found.is_empty()).then(|| Veil::new(&found))
}

/// The passwords in a text of addresses, each alone and with the rest of its address, which may have a token in it: of an
/// address without a password, what stands in the name's place. The scheme may have been forgotten.
fn of(text: &str) -> impl Iterator<Item = &str> {
    let passwords = text.split_whitespace().filter_map(|word| {
        let (scheme, address) = word.split_once("://").map_or((None, word), |(scheme, rest)| (Some(scheme), rest));
        let end = address.rfind('@')?;
        match address[..end].find(':') {
            Some(colon) if colon + 1 < end => Some((&address[colon + 1..end], &address[colon + 1..])),
            // A name alone is no secret where it stands for a mailbox or a host's user.
            _ => scheme.is_some().then(|| (address[..end].trim_end_matches(':'), address)),
        }
    });
    passwords.flat_map(|(password, rest)| [password, rest])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_found_in_addresses() {
        let found = |text: &'static str| of(text).collect::<Vec<_>>();
        assert_eq!(found("https://me:pa@ss@host/simple"), ["pa@ss", "pa@ss@host/simple"]);
        assert_eq!(found("http://t0ken@h:8080/ x=ftp://t0ken:@h"), ["t0ken", "t0ken@h:8080/", "t0ken", "t0ken:@h"]);
        assert_eq!(found("me:password@host/simple"), ["password", "password@host/simple"]);
        assert_eq!(found("https://host/simple me@example.org git@host:path a:b"), [] as [&str; 0]);
    }
}
