"""What the one walk gathers: links with labels and zones, headings, forms, controls, frames."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from detectors.page import Link, Page
from detectors.page.texts import RunningText

MakePage = Callable[..., Page]


def only(page: Page) -> Link:
    """The page's one link."""
    (link,) = page.links
    return link


# --- labels -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inner", "attributes", "label"),
    [
        ("Municipal <b>budget</b>", "", "Municipal budget"),
        ("  Open\n\tdata\xa0portal ", "", "Open data portal"),
        ("<img src=x alt='City crest'>", "", "City crest"),
        ("<img src=x alt=''>", "aria-label='Facebook'", "Facebook"),
        ("<i class=icon></i>", "title='Site map'", "Site map"),
        ("<svg><title>Instagram</title><path/></svg>", "", "Instagram"),
        ("<img src=x alt='Crest'> Council", "", "Council"),
        ("<i class=icon title='Our page on Facebook'></i>", "", "Our page on Facebook"),
        ("<span class=icon aria-label=Search></span>", "", "Search"),
        ("<svg aria-label='Pay a fine'><path/></svg>", "", "Pay a fine"),
        ("<i title='opens a window'></i>", "aria-label=Budget", "Budget"),
        ("", "", ""),
    ],
)
def test_the_label_of_a_link(make_page: MakePage, inner: str, attributes: str, label: str) -> None:
    assert only(make_page(f"<a href=/x {attributes}>{inner}</a>")).label == label


def test_the_label_of_a_map_area(make_page: MakePage) -> None:
    assert only(make_page("<map><area href=/x alt='District North'></map>")).label == "District North"


@pytest.mark.parametrize("inner", ["<h3>Budget</h3><p>Figures</p>", "<p>2026</p><h4>Budget</h4><h5>Figures</h5>"])
def test_a_card_is_labelled_by_its_first_heading(make_page: MakePage, inner: str) -> None:
    page = make_page(f"<a href=/x>{inner}</a> <a href=/y>News</a>")
    assert [link.label for link in page.links] == ["Budget", "News"]


def test_menus_of_which_one_chooses_lead_somewhere_and_come_last(make_page: MakePage) -> None:
    page = make_page(
        "<nav><select onchange='location=this.value'><option value=''>Departments</option>"
        "<option value=/roads/>Roads\n</option><option value=https://www.water.example/>Water</option>"
        "<option value=/parks>Parks</option></select></nav><a href=/parks>All parks</a>"
    )
    assert [(link.label, link.zone, link.element is not None and link.element.tag) for link in page.links] == [
        ("All parks", "main", "a"),
        ("Roads", "nav", "option"),
        ("Water", "nav", "option"),
    ]
    assert [link.href for link in page.links] == ["/parks", "/roads/", "https://www.water.example/"]


@pytest.mark.parametrize("value", ["", "roads", "12", "/", "//", "#top", "/ 2", "javascript:go()"])
def test_values_that_are_no_addresses_lead_nowhere(make_page: MakePage, value: str) -> None:
    assert make_page(f"<select name=part><option value='{value}'>Roads</option></select>").links == []


def test_a_link_in_a_drawing_is_a_link(make_page: MakePage) -> None:
    page = make_page(
        "<svg><style>a{}</style><a xlink:href=/north><title>District North</title><path d=M0/></a>"
        "<a href=/south><text>District South</text></a></svg>"
    )
    assert [(link.label, link.url.rpartition("/")[2]) for link in page.links] == [
        ("District North", "north"),
        ("District South", "south"),
    ]


@pytest.mark.parametrize("opening", ["<svg><path d=M0>", "<svg><foreignObject>", "<math><mi>"])
def test_html_ends_a_drawing_that_the_page_leaves_open(make_page: MakePage, opening: str) -> None:
    page = make_page(f"<h1>City</h1>{opening}<div><h2>Services</h2><a href=/x>Budget</a></div><p>Town hall</p>")
    assert [heading.text for heading in page.headings] == ["City", "Services"]
    assert only(page).label == "Budget"
    assert page.text.endswith("Town hall")


def test_what_an_object_holds_for_want_of_its_data_is_read(make_page: MakePage) -> None:
    page = make_page("<object data=menu.swf><param name=x><ul><li><a href=/x>Budget</a></ul></object><p>Text</p>")
    assert only(page).label == "Budget"
    assert page.text == "Budget\nText"


def test_the_template_of_a_shadow_tree_is_shown(make_page: MakePage) -> None:
    page = make_page(
        "<city-menu><template shadowrootmode=open><a href=/x>Budget</a></template></city-menu>"
        "<template><a href=/y>{{ title }}</a></template>"
    )
    assert only(page).label == "Budget"


def test_text_of_an_anchor_without_a_target_is_text(make_page: MakePage) -> None:
    page = make_page("<p><a>Town hall: 555 0100</a></p>")
    assert not page.links
    assert [(block.text, block.link_chars) for block in page.blocks] == [("Town hall: 555 0100", 0)]


@pytest.mark.parametrize("inner", ["Budget<br>Figures", "<div>Budget</div><div>Figures</div>"])
def test_blocks_in_a_link_stay_apart(make_page: MakePage, inner: str) -> None:
    assert only(make_page(f"<a href=/x>{inner}</a>")).label == "Budget Figures"


@pytest.mark.parametrize("inner", ["<style>.a{color:red}</style>Budget", "<script>track()</script>Budget"])
def test_code_in_a_link_is_no_label(make_page: MakePage, inner: str) -> None:
    assert only(make_page(f"<a href=/x>{inner}</a>")).label == "Budget"


@pytest.mark.parametrize("sign", ["»", "\u200b", "\ue8b6", "…", ">"])
def test_a_sign_is_no_label_where_there_are_words(make_page: MakePage, sign: str) -> None:
    assert only(make_page(f"<a href=/x aria-label='Next: budget'>{sign}</a>")).label == "Next: budget"


def test_an_inline_element_does_not_split_a_heading_into_two(make_page: MakePage) -> None:
    headings = make_page("<h2>Council <em>minutes</em></h2><h3></h3><table><caption>Fees</caption></table>").headings
    assert [(h.text, h.level) for h in headings] == [("Council minutes", 2), ("Fees", 6)]


def test_a_tag_inside_a_word_does_not_split_it(make_page: MakePage) -> None:
    assert make_page("<h2><span>B</span>udget</h2>").headings[0].text == "Budget"


def test_the_context_of_a_link_is_the_heading_above_in_its_zone(make_page: MakePage) -> None:
    page = make_page("<h2>Services</h2><footer><h3>Legal</h3><a href=/p>Privacy</a></footer><a href=/f>Fees</a>")
    assert [(link.label, link.context) for link in page.links] == [("Privacy", "Legal"), ("Fees", "Services")]


# --- targets ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("b.html", "https://www.villa.example/dir/b.html"),
        ("/b?x=1#frag", "https://www.villa.example/b?x=1"),
        ("//other.example/p", "https://other.example/p"),
        (" \n/c\t\n", "https://www.villa.example/c"),
        ("#top", "https://www.villa.example/dir/page"),
        ("mailto:town@villa.example", "mailto:town@villa.example"),
        ("http://[bad", "http://[bad"),
        (r"docs\budget.pdf", "https://www.villa.example/dir/docs/budget.pdf"),
        (r"\docs\a.asp?file=x\y", r"https://www.villa.example/docs/a.asp?file=x\y"),
        (r"..\index.html", "https://www.villa.example/index.html"),
        (r"https:\\other.example\p", "https://other.example/p"),
        ("Http://other.example/P", "http://other.example/P"),
        ("HTTPS:///www.villa.example/p", "https://www.villa.example/p"),
        ("///other.example/p", "https://other.example/p"),
        ("http:/other.example/p", "http://other.example/p"),
        ("HTTP:other.example/p", "http://other.example/p"),
        ("https:/p", "https://www.villa.example/p"),
        (r"javascript:go(\"a\")", r"javascript:go(\"a\")"),
    ],
)
def test_targets_are_absolute(make_page: MakePage, href: str, url: str) -> None:
    assert only(make_page(f"<a href='{href}'>x</a>", url="https://www.villa.example/dir/page")).url == url


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("/root/", "https://www.villa.example/root/x"),
        ("https://cdn.example/a/b", "https://cdn.example/a/x"),
        ("", "https://www.villa.example/x"),
    ],
)
def test_the_base_element(make_page: MakePage, base: str, url: str) -> None:
    assert only(make_page(f"<head><base href='{base}'></head><a href=x>x</a>")).url == url


def test_a_base_without_target_is_passed_over(make_page: MakePage) -> None:
    page = make_page("<head><base target=_blank></head><a href=x>x</a>")
    assert page.base == page.url


def test_anchors_without_target_are_no_links(make_page: MakePage) -> None:
    assert make_page("<a name=top>Top</a><a>none</a>").links == []


@pytest.mark.parametrize("href", ["", " ", "#"])
def test_an_address_left_empty_for_a_script_is_the_page_itself(make_page: MakePage, href: str) -> None:
    link = only(make_page(f"<nav><a href='{href}'>News</a></nav>", url="https://villa.example/x?y=1"))
    assert (link.url, link.href, link.label, link.zone) == ("https://villa.example/x?y=1", "#", "News", "nav")


def test_a_form_that_names_no_address_sends_to_its_page_whatever_the_base(make_page: MakePage) -> None:
    page = make_page("<base href=/other/><form><input name=q></form><form action=find><input name=q></form>")
    assert [form.action for form in page.forms] == [
        "https://www.villa.example/",
        "https://www.villa.example/other/find",
    ]


def test_links_in_noscript_are_read(make_page: MakePage) -> None:
    assert only(make_page("<noscript><a href=/x>Plain version</a></noscript>")).label == "Plain version"


def test_the_sources_of_a_frameset_are_frames(make_page: MakePage) -> None:
    page = make_page(
        "<html><frameset cols='20%,*'><frame src=menu.html title=Menu><frame src=start.html></frameset></html>"
    )
    assert [source for source, _ in page.iframes] == [
        "https://www.villa.example/menu.html",
        "https://www.villa.example/start.html",
    ]


# --- zones ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opening", "zone"),
    [
        ("<header>", "header"),
        ("<nav>", "nav"),
        ("<footer>", "footer"),
        ("<aside>", "aside"),
        ("<main>", "main"),
        ("<div role=navigation>", "nav"),
        ("<div role=banner>", "header"),
        ("<div role=contentinfo>", "footer"),
        ("<div role=complementary>", "aside"),
        ("<div class=site-footer>", "footer"),
        ("<div id=siteFooter>", "footer"),
        ("<td class='pie'>", "footer"),
        ("<ul class='main-menu level-1'>", "nav"),
        ("<div class=header__inner>", "header"),
        ("<div class='left sidebar'>", "aside"),
        ("<div id=cookie-notice>", "consent"),
        ("<div class='migas'>", "breadcrumb"),
        ("<nav class=breadcrumb>", "nav"),
        ("<div class=content>", "main"),
    ],
)
def test_zones_by_tag_role_and_words(make_page: MakePage, opening: str, zone: str) -> None:
    if opening.startswith("<td"):
        opening = f"<table><tr>{opening}"
    assert only(make_page(f"{opening}<a href=/x>x</a>")).zone == zone


@pytest.mark.parametrize(
    "classes",
    [
        "has-sidebar",
        "with-footer",
        "no-header",
        "sidebar-layout",
        "menu-page",
        "menu-open",
        "navbar-fixed-top",
        "page-has-nav",
        "two-sidebars",
        "wrapper-header",
    ],
)
def test_a_class_that_speaks_of_the_page_claims_no_zone(make_page: MakePage, classes: str) -> None:
    assert only(make_page(f"<div class='{classes}'><div><p>Text<a href=/x>x</a></div></div>")).zone == "main"


def test_classes_of_the_body_claim_no_zone(make_page: MakePage) -> None:
    assert only(make_page("<body class='nav footer sidebar' id='header'><a href=/x>x</a></body>")).zone == "main"


@pytest.mark.parametrize("attribute", ["id=top", "class=pie-chart", "class=side-by-side", "class='content top'"])
def test_a_word_with_another_meaning_claims_no_zone(make_page: MakePage, attribute: str) -> None:
    assert only(make_page(f"<div {attribute}><h1>Title</h1><p>Text <a href=/x>x</a></p></div>")).zone == "main"


@pytest.mark.parametrize(
    ("classes", "zone"), [("footer-container", "footer"), ("header-wrapper", "header"), ("footer_wrap", "footer")]
)
def test_the_wrapper_of_a_zone_is_that_zone(make_page: MakePage, classes: str, zone: str) -> None:
    assert only(make_page(f"<div class='{classes}'><a href=/x>x</a></div>")).zone == zone


@pytest.mark.parametrize("tag", ["header", "footer"])
def test_the_header_of_an_article_is_content(make_page: MakePage, tag: str) -> None:
    page = make_page(f"<main><article><{tag}><h2>Title</h2></{tag}></article></main>")
    assert page.headings[0].zone == "main"


@pytest.mark.parametrize("attribute", ["class=nav-layer", "class=menu-content", "id=footer-push"])
def test_main_is_main_wherever_it_stands(make_page: MakePage, attribute: str) -> None:
    assert only(make_page(f"<div {attribute}><main><a href=/x>x</a></main></div>")).zone == "main"


def test_zones_end_with_their_element(make_page: MakePage) -> None:
    page = make_page(
        "<header><nav><a href=/a>a</a></nav><a href=/b>b</a></header>"
        "<a href=/c>c</a><footer><nav><a href=/d>d</a></nav></footer>"
    )
    assert [link.zone for link in page.links] == ["nav", "header", "main", "footer"]


# --- text -------------------------------------------------------------------------------------------------------------


def test_blocks_count_their_link_text(make_page: MakePage) -> None:
    blocks = make_page("<p>See <a href=/x>the budget</a> now</p><p><a href=/y>All news</a></p>").blocks
    assert [(b.text, b.link_chars) for b in blocks] == [("See the budget now", 10), ("All news", 8)]


def test_white_space_of_every_sort_is_folded() -> None:
    text = RunningText()
    white = [char for char in map(chr, range(0x3001)) if char.isspace()]
    for char in white:
        text.add(f"{char}a{char}  b{char}", in_link=False)
        assert text.since(text.position - 1, 100) == "a b"
        text.cut()
    assert text.runs() == ["a b"] * len(white) + [""]


def test_the_end_of_a_block_parts_the_words_of_a_label() -> None:
    text = RunningText()
    text.add("a", in_link=True)
    assert text.cut() == 1
    text.add("b", in_link=True)
    assert text.since(0, 100) == "a b"
    assert text.since(1, 100) == "b"


def test_a_small_letter_and_a_capital_that_markup_parts_are_two_words(make_page: MakePage) -> None:
    first, second, third = make_page(
        "<a href=/x>Contact<span>Visit us</span></a><a href=/y><b>Minister</b>Anna</a>"
        "<a href=/z><b>R</b>epublic<i>s</i></a>"
    ).links
    assert [first.label, second.label, third.label] == ["Contact Visit us", "Minister Anna", "Republics"]


def test_the_attributes_of_a_link(make_page: MakePage) -> None:
    first, second = make_page("<a href=/x rel=nofollow class='a b' hreflang=fr title=' T '>x</a><a href=/y>y</a>").links
    assert (first.rel, first.css, first.hreflang, first.title) == ("nofollow", "a b", "fr", "T")
    assert (second.rel, second.css, second.hreflang, second.title) == ("", "", "", "")


def test_scripts_styles_and_templates_are_no_text(make_page: MakePage) -> None:
    page = make_page(
        "<body>A<script>var x='B'</script><style>C</style><template>D</template><svg><text>E</text></svg>F</body>"
    )
    assert page.text == "AF"


@pytest.mark.parametrize("tag", ["iframe", "noembed", "noframes"])
def test_what_only_browsers_without_frames_show_is_no_text(make_page: MakePage, tag: str) -> None:
    assert make_page(f"<p>A</p><{tag} src=/x>Pay your <b>taxes</b> online</{tag}><p>F</p>").text == "A\nF"


def test_readings_beside_the_characters_part_no_word(make_page: MakePage) -> None:
    page = make_page(
        "<h2><ruby>手続<rp>(</rp><rt>てつづ</rt><rp>)</rp></ruby>き</h2><p><ruby>市<rt>し</ruby><ruby>役所<rt>やくしょ</ruby>の案内"
    )
    assert page.headings[0].text == "手続き"
    assert page.text == "手続き\n市役所の案内"


def test_scripts_are_noted(make_page: MakePage) -> None:
    page = make_page(
        "<head><script src='/a.js'></script></head><body><script>start()</script>"
        "<script src='//h.example/b.js'></script>"
    )
    assert page.scripts == ["https://www.villa.example/a.js", "https://h.example/b.js"]
    assert page.inline_scripts == ["start()"]


# --- forms ------------------------------------------------------------------------------------------------------------


def test_a_form_with_its_controls(make_page: MakePage) -> None:
    (form,) = make_page(
        "<form id=f action=/s method=POST>Find <input name=q placeholder=Words>"
        "<select name=y><option>2025<option>2026</select>"
        "<button title=Go>Search</button><input type=password></form>"
    ).forms
    assert (form.action, form.method, form.loose) == ("https://www.villa.example/s", "post", False)
    assert [(f.tag, f.type, f.name, f.caption) for f in form.fields] == [
        ("input", "text", "q", "Words"),
        ("select", "select", "y", ""),
        ("button", "submit", "", "Go Search"),
        ("input", "password", "", ""),
    ]
    assert form.fields[1].options == ("2025", "2026")
    assert form.has("password")
    assert not form.has("search")


def test_controls_outside_any_form_come_last_as_one_loose_form(make_page: MakePage) -> None:
    forms = make_page("<input name=a><form><input name=b></form><div><button>Go</button></div>").forms
    assert [(f.loose, [c.name for c in f.fields]) for f in forms] == [(False, ["b"]), (True, ["a", ""])]


def test_a_form_across_table_rows_keeps_its_controls(make_page: MakePage) -> None:
    (form,) = make_page("<table><form action=/s><tr><td><input name=q></td></tr></form></table>").forms
    assert [f.name for f in form.fields] == ["q"]


def test_a_form_inside_a_form_loses_no_control(make_page: MakePage) -> None:
    forms = make_page(
        "<form id=outer><input name=a><div><form id=inner><input name=b></form></div><input name=c></form>"
    ).forms
    assert sorted(control.name for form in forms for control in form.fields) == ["a", "b", "c"]


def test_the_label_of_a_control_is_its_caption(make_page: MakePage) -> None:
    (form,) = make_page("<form><label for=q>Search this site</label><input id=q name=x></form>").forms
    assert "Search this site" in form.fields[0].caption


def test_a_control_that_is_not_shown_has_no_caption(make_page: MakePage) -> None:
    (form,) = make_page(
        "<form><label for=q>Search</label><input type=hidden id=q title='Search this site'></form>"
    ).forms
    assert form.fields[0].caption == ""


def test_a_link_without_text_is_named_by_what_it_says_is_its_name(make_page: MakePage) -> None:
    page = make_page(
        "<a href=/x aria-labelledby='area gone title'></a><h3 id=title>Budget <b>2026</b></h3><p id=area>Finance</p>"
        "<a href=/y aria-labelledby=title>More</a><a href=/z aria-labelledby=gone></a>"
    )
    assert [link.label for link in page.links] == ["Finance Budget 2026", "More", ""]


def test_a_page_that_names_no_body_is_read() -> None:
    """HTML lets `<head>` and `<body>` be left out; lxml then takes `<nav>` for a part of the head."""
    page = Page(
        "https://city.example/",
        b"<!doctype html><title>City</title><script>let a</script><nav><a href=/budget>Budget</a></nav>"
        b"<main><h1>Welcome</h1><p>Text</p></main>",
    )
    assert [(link.label, link.zone) for link in page.links] == [("Budget", "nav")]
    assert [heading.text for heading in page.headings] == ["Welcome"]
    assert "City" not in [block.text for block in page.blocks]
    assert "let a" in page.outline.inline_scripts
