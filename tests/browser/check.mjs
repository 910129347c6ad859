// Checks a report in Chromium: nothing is fetched, nothing breaks the content security policy,
// filter, search, keyboard and the kept filter work, nothing serious for axe-core, in light, dark,
// narrow, forced colours and print. Any report with two levels and two cards will do.
// usage: CHROMIUM=/usr/bin/chromium node check.mjs REPORT.html FOLDER
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [report, folder] = process.argv.slice(2);
const url = pathToFileURL(report).href;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});

const PATIENCE = 120_000; // for machines that do much else
const faults = [];
async function open(options = {}, fragment = "") {
  const { bypassCSP = false, ...rest } = options;
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, bypassCSP, ...rest });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== url) faults.push(`request: ${request.url()}`);
  });
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => console.error(`policy: ${event.violatedDirective}`));
  });
  await page.goto(url + fragment);
  return page;
}
const shot = (page, name, options = {}) => page.screenshot({ path: join(folder, `${name}.png`), ...options });
const counts = (page) => page.evaluate(() => {
  const cards = [...document.querySelectorAll("article.post")];
  return { all: cards.length, shown: cards.filter((card) => card.checkVisibility()).length };
});
const status = (page, count, all) =>
  page.waitForFunction(([count, all]) => {
    const said = document.getElementById("shown").textContent;
    return count ? said === `${count} of ${all} cards shown` : said.startsWith("No card fits");
  }, [count, all]);
const done = (name) => console.log(`ok ${name}`);

// Light, and what is there without doing anything.
const page = await open();
const { all, shown } = await counts(page);
assert.ok(all >= 2, "the report has too few cards for this test");
assert.equal(shown, all);
assert.equal(await page.evaluate(() => document.documentElement.lang), "en-GB");
assert.notEqual(await page.title(), "owned", "a draft ran as a script");
assert.equal(await page.locator("h1").count(), 1);
const headings = await page.evaluate(() => [...document.querySelectorAll("h1,h2,h3")].map((h) => +h.tagName[1]));
headings.reduce((last, level) => (assert.ok(level <= last + 1, "a heading level is left out"), level), 0);
const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
assert.ok(wide <= 0, `the page is ${wide} px too wide`);
await shot(page, "light");
await shot(page, "light-full", { clip: { x: 0, y: 0, width: 1200, height: 6000 }, fullPage: true });
done(`page: ${all} cards`);

// Filter by level, by two things at once, and what the address keeps.
const level = await page.evaluate(() => document.querySelector("article.post").dataset.level);
const ofLevel = await page.locator(`article.post[data-level="${level}"]`).count();
await page.selectOption("[name=level]", level);
await status(page, ofLevel, all);
assert.equal((await counts(page)).shown, ofLevel);
assert.ok(page.url().endsWith(`#level=${level}`), page.url());
const month = await page.evaluate(() => document.querySelector("article.post").dataset.month.split(" ")[0]);
await page.selectOption("[name=month]", month);
const both = (await counts(page)).shown;
assert.ok(both >= 1 && both <= ofLevel);
await page.selectOption("[name=dimension]", "misleading");
const misleading = await page.locator(`article.post[data-misleading="${level}"][data-month~="${month}"]`).count();
assert.equal((await counts(page)).shown, misleading);
await page.click("button[type=reset]");
await status(page, all, all);
for (const name of ["account", "rule"]) {
  const value = await page.evaluate((name) => document.querySelector(`[name=${name}]`).options[1]?.value, name);
  if (value === undefined) continue;
  await page.selectOption(`[name=${name}]`, value);
  assert.equal((await counts(page)).shown, await page.locator(`article.post[data-${name}~="${value}"]`).count(), name);
  await page.click("button[type=reset]");
}
done("filter");

// Search, from the keyboard.
await page.locator("body").press("/");
assert.equal(await page.evaluate(() => document.activeElement.name), "q");
const id = await page.evaluate(() => document.querySelector("article.post h3 > span:last-child").textContent);
await page.keyboard.type(id.toUpperCase());
const withId = await page.evaluate((id) =>
  [...document.querySelectorAll("article.post")].filter((card) => card.textContent.includes(id)).length, id);
await status(page, withId, all);
await page.keyboard.press("ControlOrMeta+a");
await page.keyboard.type("no-post-has-this-word");
await status(page, 0, all);
await shot(page, "nothing-fits");
done("search");

// A link to a filter, opened anew; a fragment that no filter knows.
const again = await open({}, `#level=${level}&q=${encodeURIComponent(id)}`);
const kept = await counts(again);
assert.ok(kept.shown >= 1 && kept.shown <= withId);
assert.equal(await again.inputValue("[name=q]"), id);
await again.locator("#filter").scrollIntoViewIfNeeded();
await shot(again, "filtered");
await again.evaluate(() => { location.hash = "#level=%22%3Enone&rule=no%2Fsuch"; });
await status(again, all, all);
done("kept filter");

// A rule of the table leads to its posts.
const link = page.locator("a[data-filter]").first();
if (await link.count()) {
  const rule = (await link.getAttribute("data-filter")).slice("rule=".length);
  await link.press("Enter");
  await status(page, await page.locator(`article.post[data-rule~="${rule}"]`).count(), all);
  assert.equal(await page.evaluate(() => document.activeElement.id), "posts");
  done("rule link");
}

// The skip link is the first stop, and everything that scrolls can be reached.
const keyboard = await open();
await keyboard.keyboard.press("Tab");
assert.equal(await keyboard.evaluate(() => document.activeElement.className), "skip");
await shot(keyboard, "skip-link", { clip: { x: 0, y: 0, width: 1200, height: 200 } });
await keyboard.keyboard.press("Enter");
assert.equal(await keyboard.evaluate(() => document.activeElement.id), "posts");
done("keyboard");

// Dark, narrow, forced colours, without JavaScript.
const ground = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
const dark = await open({ colorScheme: "dark" });
assert.notEqual(await ground(dark), await ground(page));
await shot(dark, "dark");
await shot(dark, "dark-full", { clip: { x: 0, y: 0, width: 1200, height: 6000 }, fullPage: true });
const narrow = await open({ viewport: { width: 380, height: 800 } });
const over = await narrow.evaluate(() => document.documentElement.scrollWidth - innerWidth);
assert.ok(over <= 0, `at 380 px the page is ${over} px too wide`);
await shot(narrow, "narrow");
await shot(narrow, "narrow-full", { clip: { x: 0, y: 0, width: 380, height: 7000 }, fullPage: true });
await narrow.locator("article.post").first().scrollIntoViewIfNeeded();
await shot(narrow, "narrow-post");
const forced = await open({ forcedColors: "active" });
await shot(forced, "forced-colours");
const bare = await open({ javaScriptEnabled: false });
assert.equal(await bare.locator("article.post:visible").count(), all);
assert.ok(await bare.locator("#filter").isHidden());
done("dark, narrow, forced colours, no JavaScript");

// Print: no controls, on paper colours.
const printed = await open({ colorScheme: "dark" });
await printed.selectOption("[name=level]", level);
await printed.emulateMedia({ media: "print" });
assert.ok(await printed.locator("select").first().isHidden() && await printed.locator("nav").isHidden());
assert.equal(await ground(printed), "rgb(255, 255, 255)");
const pdf = await printed.pdf({ format: "A4", printBackground: false });
assert.ok(pdf.length > 10_000 && pdf.subarray(0, 5).toString() === "%PDF-");
writeFileSync(join(folder, "print.pdf"), pdf);
done(`print: ${pdf.length} bytes of PDF`);

// axe-core, in both schemes; it has to be let past the policy.
for (const colorScheme of ["light", "dark"]) {
  const page = await open({ colorScheme, bypassCSP: true });
  await page.evaluate(() => {
    // Cards are all made alike: a few dozen stand for all.
    [...document.querySelectorAll("article.post")].slice(40).forEach((card, at) => { if (at % 25) card.remove(); });
    document.querySelectorAll("details").forEach((details) => { details.open = true; });
  });
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate(() => globalThis.axe.run(document));
  for (const { id, impact, help, nodes } of violations) {
    console.log(`axe ${colorScheme}: ${impact} ${id}: ${help} (${nodes.length}): ${nodes[0].html.slice(0, 160)}`);
  }
  assert.deepEqual(violations.filter(({ impact }) => ["serious", "critical"].includes(impact)).map(({ id }) => id), []);
  done(`axe ${colorScheme}: ${passes.length} rules passed, ${violations.length} minor violations`);
}

assert.deepEqual(faults, []);
done("nothing fetched, nothing against the policy, no errors");
await browser.close();
