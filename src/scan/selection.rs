//! Which posts of a feed are judged. By default the account's own words that the public
//! can see; every other is left out for a reason that can be counted.

use clap::ValueEnum;
use jiff::civil::Date;

use crate::post::{Kind, Post};

/// What is judged besides an account's own public posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Include {
    /// Posts of others that the account passed on.
    Reposts,
    /// Answers to somebody.
    Replies,
    /// Posts over somebody's post.
    Quotes,
    /// Posts for followers or for one person.
    NonPublic,
    /// Earlier wordings of posts that were edited.
    Versions,
    /// All of these.
    All,
}

/// Which posts are judged.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// What is judged besides the account's own public posts.
    pub include: Vec<Include>,
    /// The first day.
    pub since: Option<Date>,
    /// The last day.
    pub until: Option<Date>,
    /// Only these authors, whatever the case of letters and a leading `@`.
    pub authors: Vec<String>,
    /// Only these kinds, which are then judged without being included.
    pub kinds: Vec<Kind>,
    /// Only posts that their platform says are in these languages (`en` holds `en-GB`).
    pub langs: Vec<String>,
}

impl Selection {
    /// Why `post` is not judged; `None` if it is.
    pub fn leaves_out(&self, post: &Post) -> Option<&'static str> {
        if post.kind == Kind::Other {
            return Some("no post");
        }
        if !self.kinds.is_empty() && !self.kinds.contains(&post.kind) {
            return Some("of another kind");
        }
        self.kind(post.kind).or_else(|| self.filters(post)).or_else(|| {
            let hidden = !post.audience.is_public() && !self.includes(Include::NonPublic);
            hidden.then_some("not public").or_else(|| post.text.trim().is_empty().then_some("no words"))
        })
    }

    fn kind(&self, kind: Kind) -> Option<&'static str> {
        let (included, reason) = match kind {
            Kind::Original | Kind::Other => return None,
            Kind::Reply => (Include::Replies, "replies"),
            Kind::Quote => (Include::Quotes, "quotes"),
            Kind::Repost => (Include::Reposts, "reposts"),
            Kind::Version => (Include::Versions, "earlier wordings"),
        };
        (!self.includes(included) && !self.kinds.contains(&kind)).then_some(reason)
    }

    fn includes(&self, wanted: Include) -> bool {
        self.include.iter().any(|&include| include == wanted || include == Include::All)
    }

    fn filters(&self, post: &Post) -> Option<&'static str> {
        if self.since.is_some() || self.until.is_some() {
            let Some(day) = post.date() else { return Some("without a day to filter by") };
            if self.since.is_some_and(|since| day < since) || self.until.is_some_and(|until| day > until) {
                return Some("outside --since and --until");
            }
        }
        let plain = |name: &str| name.trim().trim_start_matches('@').to_lowercase();
        let author = post.author.as_deref().map(plain);
        if !self.authors.is_empty() && !self.authors.iter().any(|wanted| Some(plain(wanted)) == author) {
            return Some("of another author");
        }
        let lang = post.lang.as_deref().map(str::to_lowercase);
        let is_lang = |wanted: &String| {
            let wanted = wanted.to_lowercase();
            lang.as_deref().is_some_and(|lang| lang == wanted || lang.starts_with(&format!("{wanted}-")))
        };
        (!self.langs.is_empty() && !self.langs.iter().any(is_lang)).then_some("in another language")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::Audience;

    fn post(kind: Kind) -> Post {
        Post { kind, ..Post::new("1", "The library opens at nine.") }
    }

    #[test]
    fn own_public_words_are_judged_and_the_rest_is_told() {
        let plain = Selection::default();
        let told = |kind| plain.leaves_out(&post(kind));
        assert_eq!(told(Kind::Original), None);
        assert_eq!(told(Kind::Reply), Some("replies"));
        assert_eq!(told(Kind::Repost), Some("reposts"));
        assert_eq!(told(Kind::Other), Some("no post"));
        let followers = Post { audience: Audience::Followers, ..post(Kind::Original) };
        assert_eq!(plain.leaves_out(&followers), Some("not public"));
        assert_eq!(plain.leaves_out(&Post { text: " \n".into(), ..post(Kind::Original) }), Some("no words"));
        let all = Selection { include: vec![Include::All], ..Selection::default() };
        assert!(all.leaves_out(&followers).is_none() && all.leaves_out(&post(Kind::Repost)).is_none());
        assert_eq!(all.leaves_out(&post(Kind::Other)), Some("no post"));
    }

    #[test]
    fn a_kind_that_is_asked_for_is_included() {
        let replies = Selection { kinds: vec![Kind::Reply], ..Selection::default() };
        assert_eq!(replies.leaves_out(&post(Kind::Reply)), None);
        assert_eq!(replies.leaves_out(&post(Kind::Original)), Some("of another kind"));
    }

    #[test]
    fn filters_need_what_they_ask_for() {
        let days =
            Selection { since: "2024-05-01".parse().ok(), until: "2024-05-31".parse().ok(), ..Selection::default() };
        let on = |time: &str| days.leaves_out(&Post { time: Some(time.into()), ..post(Kind::Original) });
        assert_eq!(on("2024-05-31T23:30:00Z"), Some("outside --since and --until")); // June in London
        assert_eq!((on("2024-05-01"), on("2024-04-30T23:30:00Z")), (None, None));
        assert_eq!(on("soon"), Some("without a day to filter by"));
        let desk = Selection { authors: vec!["@Roads".into()], ..Selection::default() };
        assert_eq!(desk.leaves_out(&Post { author: Some("roads".into()), ..post(Kind::Original) }), None);
        assert_eq!(desk.leaves_out(&post(Kind::Original)), Some("of another author"));
        let english = Selection { langs: vec!["en".into()], ..Selection::default() };
        assert_eq!(english.leaves_out(&Post { lang: Some("en-GB".into()), ..post(Kind::Original) }), None);
        assert_eq!(
            english.leaves_out(&Post { lang: Some("enx".into()), ..post(Kind::Original) }),
            Some("in another language")
        );
    }
}
