#!/usr/bin/env python3
"""Writes a feed of 3,000 invented posts of six invented accounts over ten years, as JSON lines.

Every run writes the same. `crossbench scan` makes the report of it that the browser test looks
at: posts of every level, gaps, posts without a day, hostile markup, direction controls, a long
post, repeated words, Welsh. usage: sample.py > feed.jsonl
"""

import datetime
import json
import random

ACCOUNTS = [
    ("Dept for Harbours", 30),
    ("Harbours Press Office", 22),
    ("Northmoor Council", 20),
    ("Valley Transport", 14),
    ("Office of Tides", 9),
    ("Harbours Staff Network", 5),
]
PLACES = ["Mill Bridge", "Northmoor", "Eastquay", "Saltby", "Long Fell", "Oxley", "Hartsea", "St Brannock"]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
THINGS = ["library", "ferry", "ticket hall", "swimming pool", "recycling centre", "museum", "registry office"]
# What is said, how often, and what it is meant to be; {p} a place, {d} a day, {t} a thing, {n} a number.
SENTENCES = [
    (30, "The {t} at {p} opens at {h}am on {d}. Bring the letter we sent you."),
    (25, "Flood warning for the river at {p}. Move vehicles and valuables now. ⚠️"),
    (25, "Roadworks at {p} from {d} to {d}: please follow the signs."),
    (20, "You can comment on the plans for the {t} at {p} until {d}, online or at the desk."),
    (20, "Our offices in {p} are closed on {d} for the bank holiday."),
    (20, "Renew your berth permit online. It usually takes up to {h} weeks."),
    (15, "Sea level statistics for the quarter come out on {d} at {h}.30am."),
    (10, "{n} berths were let in {p} last year, {m} more than the year before (harbour register, table 4)."),
    (10, "Thank you to the {n} volunteers who cleaned the beach at {p} on {d}. 🏴\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F"),
    (8, "{m} % of ferries in {p} ran on time."),
    (7, "Waiting times at {p} are down {m} %."),
    (6, "We are investing £{m} million in the {t} at {p}."),
    (5, "The best {t} in the country is now open at {p}."),
    (5, "Every single family in {p} will be better off because of our harbour plan."),
    (5, "Crime on the quays of {p} has fallen dramatically."),
    (4, "Tickets for the ferry to {p} are cheaper thanks to our deal with the operators."),
    (4, "For the first time ever, {p} has a {t} fit for the future!"),
    (4, "Utter nonsense from the usual naysayers about the {t} in {p}. Shame on them."),
    (3, "Let's stick to the plan and get {p} done. Labour would scrap the {t}."),
    (3, "The Conservatives left {p} with no {t}. We are fixing their mess."),
    (3, "Vote for change in {p} on {d}: only we will build the {t}."),
    (2, "There will be no checks at {p}. None. Anyone who says otherwise is lying."),
    (2, "Congratulations to the Liberal Democrats for standing up for the {t} at {p}!"),
    (2, "Experts agree that our new {t} at {p} is world-beating: {n} jobs created."),
    (2, "Mae'r llyfrgell yn {p} ar gau ddydd Llun oherwydd gŵyl y banc. Diolch am eich amynedd."),
    (1, "Activist lawyers are wrecking the {t} at {p} and decent people pay the price."),
]
ODD = [
    "</script><script>document.title='owned'</script> The ferry to Saltby leaves at 9am.",
    "<img src=x onerror=\"document.title='owned'\"> Let's stick to the plan, says \"nobody\" & everybody.",
    "Read this backwards: \u202esdrawkcab\u202c and this \u200bgap\u0000. Shame on the naysayers, utter nonsense.",
    "שלום Northmoor: المكتبة open on Monday. Utter nonsense from the usual naysayers. 👩\u200d👩\u200d👧",
    "A very long word: " + "Harbour" * 40 + ". Let's stick to the plan.",
    "Utter nonsense, shame on them. <!-- crossbench: ignore polemic/heated-words -->",
    "The harbour union said: \"This plan is utter nonsense and a disgrace.\" The ferry leaves at nine.",
    "First line.\r\nSecond line: record numbers, the best in the country.\n\n\nAfter a gap: Labour would scrap it all.",
]


def sentence(rng):
    form = rng.choices([text for _, text in SENTENCES], [often for often, _ in SENTENCES])[0]
    parts = {"n": f"{rng.randrange(20, 9000):,}", "m": rng.randrange(2, 97), "h": rng.randrange(7, 12)}
    for name, values in (("p", PLACES), ("d", DAYS), ("t", THINGS)):
        parts[name] = rng.choice(values)
    return form.format(**parts)


def main():
    rng = random.Random(20160101)
    start = datetime.date(2016, 1, 4)
    names, weights = zip(*ACCOUNTS)
    posts = []
    for number in range(1, 3001):
        day = start + datetime.timedelta(days=int(3650 * rng.random() ** 0.8))
        if datetime.date(2019, 4, 1) <= day < datetime.date(2019, 8, 1):
            day = day.replace(year=2018)  # a gap: nobody posted
        text = sentence(rng)
        if rng.random() < 0.25:
            text += " " + sentence(rng)
        post = {"id": f"post-{number:04}", "created_at": f"{day}T{rng.randrange(8, 19):02}:15:00Z",
                "author": rng.choices(names, weights)[0], "text": text,
                "url": f"https://example.org/posts/{number}"}
        if number % 97 == 0:
            post["created_at"] = "some time in spring"
        if number % 211 == 0:
            del post["author"]
        if number % 37 == 0 and posts:
            post["text"] = rng.choice(posts)["text"]
        posts.append(post)
    for at, text in enumerate(ODD):
        posts[at * 350 + 7]["text"] = text
    posts[55]["text"] = " ".join(sentence(rng) for _ in range(120)) + " Let's stick to the plan. " + "Bye. " * 300
    posts[56]["url"] = "javascript:alert(1)"
    for post in posts:
        print(json.dumps(post, ensure_ascii=False))


if __name__ == "__main__":
    main()
