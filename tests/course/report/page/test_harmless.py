"""What of HTML stays, and that nothing of it asks the browser for anything."""

import base64
import re
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from fcsr.course.report.page.drawings import NAMESPACE, to_xml
from fcsr.course.report.page.harmless import make_harmless
from fcsr.course.report.page.pictures import data_uri
from fcsr.errors import FcsrError

PNG = "data:image/png;base64,iVBORw0KGgo="


def embed(name, kind):
    if isinstance(name, ElementTree.Element):
        return data_uri(to_xml(name), "image/svg+xml")
    if name.startswith("data:"):
        return name
    if name == "a & b.png":
        return PNG
    raise FcsrError(f"{name} is not there")


harmless = make_harmless(embed, {"other.ipynb": "other.html"}.get)


@pytest.mark.parametrize(
    "html",
    [
        '<meta http-equiv=refresh content="0;url=http://127.0.0.1:8765/refresh">',
        '<META\nHTTP-EQUIV="Refresh" content=0>',
        '<base href="http://127.0.0.1/">',
        '<link rel="preconnect" href="http://127.0.0.1/"><link rel=dns-prefetch href=//a.b>',
        '<form action="http://127.0.0.1/"><button>go</button></form>',
        '<iframe src="http://127.0.0.1/"></iframe><object data=a></object><embed src=a>',
        "<script>location = 'http://127.0.0.1/'</script><script src=a.js>",
        '<img alt="x" onerror="go()" srcset="http://127.0.0.1/ 2x">',
        '<svg><style><meta http-equiv="refresh" content="0"></style></svg>',
        '<svg><p><meta http-equiv="refresh" content="0"></p></svg>',
        '<video src="//127.0.0.1/a.mp4" poster="//127.0.0.1/a.png"><source src=//a.b/c></video>',
        '<audio><source src="//127.0.0.1/a.wav"><track src=//a.b/c></audio><source src=//a.b/c>',
        '<image src="//127.0.0.1/a.png"><picture><source srcset="//a.b/c"><img></picture>',
        '<svg><foreignObject><meta http-equiv="refresh" content="0"></foreignObject></svg>',
        '<math><annotation-xml encoding="text/html"><meta http-equiv=refresh></annotation-xml>',
        '<!--><meta http-equiv="refresh" content="0">-->',
        '<noscript><p title="</noscript><meta http-equiv=refresh>"></noscript>',
        '<textarea><title></textarea><meta http-equiv="refresh" content="0">',
        '<style></style ><style><!--</style><meta http-equiv="refresh" content="0">',
        "<sty<style></style>le></sty<style></style>le><me<script></script>ta http-equiv=refresh>",
        '<template><meta http-equiv="refresh" content="0"></template><body onload=go()>',
        '<a href="javascript:go()">x</a><a href="da\nta:text/html,x">x</a>',
        '<a href="&#1;data:,">x</a>',
        '<a href="file:///etc/passwd">x</a><a href="//127.0.0.1/">x</a><a href="http://[">x</a>',
    ],
)
def test_nothing_is_asked_for(html):
    assert_asks_for_nothing(harmless(html))


WORDS = re.findall(
    r"<|>|/|=|\"|'|-->|<!--|<!\[CDATA\[|\]\]>|&lt;|\w[\w-]*|\s",
    """< > / = " ' --> <!-- <![CDATA[ ]]> &lt; meta http-equiv refresh base href form action link
    rel preconnect style script svg math mtext mglyph annotation-xml foreignObject desc title
    noscript textarea template table td select option p img src alt a iframe xmp plaintext
    video audio source image""",
)


@given(st.lists(st.sampled_from(WORDS), max_size=40).map("".join))
def test_nothing_is_asked_for_by_any_tags(html):
    assert_asks_for_nothing(harmless(html))


def assert_asks_for_nothing(html):
    tree = BeautifulSoup(html, "html.parser")
    for tag in tree.find_all(True):
        assert tag.name not in (
            *("meta", "base", "link", "form", "button", "iframe", "object", "embed", "script"),
            *("svg", "template", "body", "annotation-xml", "foreignobject", "noscript"),
        )
        assert not {"srcset", "action", "formaction"} & set(tag.attrs)
        assert not [name for name in tag.attrs if name.startswith("on")]
        assert urlsplit(tag.get("src", "data:")).scheme == "data"
        assert urlsplit(tag.get("href", "http:")).scheme in ("http", "https", "mailto")
        if tag.name == "style":
            assert "<" not in tag.text


def test_tables_of_pandas_stay():
    table = pd.DataFrame({"PSNR": [29.4, 30.1], "set": ["Set5", "a & b"]})
    styled = table.style.highlight_max(subset="PSNR").set_caption("<of> two").to_html()
    plain = table.to_html()
    for html in (styled, plain):
        before, after = (BeautifulSoup(text, "html.parser") for text in (html, harmless(html)))
        for name in ("table", "caption", "thead", "th", "td"):
            assert [[t.name, t.text, t.attrs] for t in before.find_all(name)] == [
                [t.name, t.text, t.attrs] for t in after.find_all(name)
            ]
    assert "background-color: yellow" in BeautifulSoup(harmless(styled), "html.parser").style.text


@pytest.mark.parametrize(
    "html",
    [
        f'<div class="course-widget"><img alt="what it showed" src="{PNG}"></div>',
        '<math display="block"><mfrac><mi>a</mi><mn>2</mn></mfrac></math>',
        '<p id="a" style="color: red; background: url(x)">1 &lt; 2 &amp; 3 &nbsp;</p>',
        "<details open><summary>More</summary><pre>x\n</pre></details>",
        '<a href="https://example.org/?a=1&amp;b=2#c">there</a><a href="mailto:a@b.org">me</a>',
        '<ol start="3"><li><input type="checkbox" checked disabled> done</li></ol>',
        f'<p hidden>unseen</p><img alt="unseen" hidden src="{PNG}"><div popover>unseen</div>',
        "<details><summary>Hint 1</summary>\n<p>Think of <b>two</b> pixels.</p>\n</details>",
        f'<fieldset class="course-stills"><legend>width</legend><input type="radio" name="a" '
        f'id="a-0" checked><label for="a-0">1.5</label><div><img alt="x" src="{PNG}"></div>'
        "</fieldset>",
        "<dialog>unseen</dialog><dialog open>seen</dialog>",
        '<video autoplay controls loop muted width="9"><source src="data:video/mp4;base64,AA" '
        'type="video/mp4">Your browser does not support it.</video>',
        '<audio controls src="data:audio/wav;base64,AA"></audio>',
    ],
)
def test_what_is_to_be_read_stays(html):
    assert str(BeautifulSoup(harmless(html), "html.parser")) == str(
        BeautifulSoup(html, "html.parser")
    )


def drawn(html):
    """The picture that HTML with a drawing becomes, and the drawing in it."""
    image = BeautifulSoup(harmless(html), "html.parser").img
    kind, data = image["src"].split(",")
    assert kind == "data:image/svg+xml;base64"
    return image, ElementTree.fromstring(base64.b64decode(data))


@pytest.mark.parametrize(
    "html",
    [
        "<svg viewBox='0 0 2 2'><circle r='1' onclick='go()'/></svg>",
        "<SVG VIEWBOX='0 0 2 2'><Circle r=1></SVG>",
        "<svg viewbox='0 0 2 2'><circle r=1>",
        f"<p>before <svg xmlns='{NAMESPACE}' viewBox='0 0 2 2'><circle r='1'/></svg></p>",
        "<svg viewBox='0 0 2 2'><svg><circle r='1'/></svg></svg>",
        "<svg viewBox='0 0 2 2'><a:b c:d='e'/><circle r='1'/>&nbsp;<!-- -- --></svg>",
    ],
)
def test_drawings_become_pictures(html):
    _, svg = drawn(f"{html}<i>after</i>")
    assert svg.get("viewBox") == "0 0 2 2" and svg.find(f".//{{{NAMESPACE}}}circle").get("r") == "1"
    assert "<i>after</i>" in harmless(f"{html}</svg><i>after</i>")


def test_a_drawing_keeps_its_style_and_its_text():
    style = "<style>*{stroke-linejoin: round} a > b {color: red}</style>"
    _, svg = drawn(f"<svg><defs>{style}</defs><text>one</text><svg/><text>two</text></svg>")
    assert "".join(svg.itertext()) == "*{stroke-linejoin: round} a > b {color: red}onetwo"
    assert "<style>" not in harmless(f"<svg><defs>{style}</defs></svg>")


def test_the_picture_of_a_drawing_is_seen_as_the_drawing_was():
    image, _ = drawn('<svg class="icon" style="width: 1em" hidden><title>a &lt;disc></title></svg>')
    assert image.attrs | {"src": ""} == {
        **{"alt": "a <disc>", "class": ["icon"], "style": "width: 1em", "hidden": "", "src": ""}
    }
    assert drawn("<svg></svg>")[0]["alt"] == "a drawing"


def test_what_cannot_be_drawn_is_words():
    deep = "<g>" * 5000
    assert harmless(f"<b>x</b><svg>{deep}</svg><i>y</i>") == (
        "<b>x</b><span>[a drawing: it is nested too deeply]</span><i>y</i>"
    )


def test_pictures_and_links_have_their_places():
    assert harmless('<img alt="c" src="a &amp; b.png">') == f'<img alt="c" src="{PNG}">'
    words = {
        "<img alt='c < d' src=e.png>": "c &lt; d: e.png",
        "<img src='<b>'>": "a picture: &lt;b&gt;",
        "<video src=e.mp4>no</video>": "a video: e.mp4",
        "<video><source src=e.mp4><source src=f.mp4>no</video>": "a video: e.mp4",
        "<audio title=hiss><source src=e.wav>no</audio>": "hiss: e.wav",
    }
    for html, shown in words.items():
        assert harmless(f"{html} z") == f"<span>[{shown} is not there]</span> z"
    assert harmless('<a href="other.ipynb">x</a>') == '<a href="other.html">x</a>'
    assert harmless('<a href="../data.csv">x</a>') == "<a>x</a>"


def test_one_source_of_several_is_enough():
    one = "<video><source src=e.mp4><source src='data:video/mp4;base64,AA'></video>"
    assert harmless(one) == '<video><source><source src="data:video/mp4;base64,AA"></video>'


def test_it_is_well_formed_in_itself():
    assert harmless("</div></main><b>bold") == "<b>bold</b>"
