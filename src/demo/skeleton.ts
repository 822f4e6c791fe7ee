/**
 * The frame that MediaWiki puts around every page, in the weight of the real thing: head, navigation,
 * tools, footer – everything outside `#bodyContent`, where links in scope by their path must not count.
 * All strings are on the wire (words.ts), one character a byte.
 */
import { wire } from './words.js';

/** What the frame has to know about its page. Titles are spelt for their place already. */
export interface Frame {
  /** Scheme and authority, no slash at the end. */
  readonly origin: string;
  /** The title in an address. */
  readonly address: string;
  /** The title in HTML. */
  readonly markup: string;
  /** What `h1` holds: the title, perhaps in italics. */
  readonly heading: string;
  /** Absolute address for rel=canonical. */
  readonly canonical: string;
  /** Content of the robots meta element. */
  readonly robots: string;
}

/** Wraps the content of `#bodyContent` into a whole page. */
export function framed(frame: Frame, content: string): string {
  const { origin, address, markup } = frame;
  return (
    `<!DOCTYPE html>\n<html class="client-nojs" lang="en" dir="ltr">\n<head>\n<meta charset="UTF-8"/>\n<title>${markup} - Orbweaver demo wiki</title>\n` +
    `${SCRIPT_OPENING}"wgPageName":"${address}","wgTitle":"${markup}",${SCRIPT_CLOSING}` +
    `<meta name="robots" content="${frame.robots}"/>\n<meta property="og:title" content="${markup} - Orbweaver demo wiki"/>\n` +
    `<link rel="alternate" type="application/x-wiki" title="Edit" href="/w/index.php?title=${address}&amp;action=edit"/>\n` +
    `<link rel="canonical" href="${frame.canonical}"/>\n${HEAD_CLOSING}` +
    `<h1 id="firstHeading" class="firstHeading mw-first-heading">${frame.heading}</h1>\n<div id="bodyContent" class="vector-body">\n` +
    `<div id="siteSub" class="noprint">From the Orbweaver demo wiki, where every word is made up</div>\n${content}` +
    `<div class="printfooter" data-nosnippet="">Retrieved from "<a dir="ltr" href="${origin}/w/index.php?title=${address}&amp;oldid=1984">${origin}/w/index.php?title=${address}&amp;oldid=1984</a>"</div>\n` +
    `</div>\n</div>\n<div id="mw-navigation">\n<h2>Navigation menu</h2>\n${PERSONAL}` +
    `<div id="left-navigation"><ul class="vector-menu-content-list"><li id="ca-nstab-main" class="selected mw-list-item"><a href="/wiki/${address}" title="View the content page [c]" accesskey="c"><span>Article</span></a></li>` +
    `<li id="ca-talk" class="mw-list-item"><a href="/wiki/Talk:${address}" rel="discussion" title="Discuss improvements [t]" accesskey="t"><span>Talk</span></a></li></ul></div>\n` +
    `<div id="right-navigation"><ul class="vector-menu-content-list"><li id="ca-view" class="selected mw-list-item"><a href="/wiki/${address}"><span>Read</span></a></li>` +
    `<li id="ca-edit" class="mw-list-item"><a href="/w/index.php?title=${address}&amp;action=edit" title="Edit this page [e]" accesskey="e"><span>Edit</span></a></li>` +
    `<li id="ca-history" class="mw-list-item"><a href="/w/index.php?title=${address}&amp;action=history" title="Past revisions [h]" accesskey="h"><span>View history</span></a></li></ul></div>\n${SIDEBAR}` +
    `<li id="t-whatlinkshere" class="mw-list-item"><a href="/wiki/Special:WhatLinksHere/${address}" title="A list of all wiki pages that link here [j]"><span>What links here</span></a></li>` +
    `<li id="t-info" class="mw-list-item"><a href="/w/index.php?title=${address}&amp;action=info"><span>Page information</span></a></li>` +
    `<li id="t-cite" class="mw-list-item"><a href="/w/index.php?title=Special:CiteThisPage&amp;page=${address}&amp;id=1984"><span>Cite this page</span></a></li></ul></div></nav>\n${CLOSING}`
  );
}

const SCRIPT_OPENING = `<script>document.documentElement.className="client-js";RLCONF={"wgBreakFrames":false,"wgDefaultDateFormat":"dmy","wgMonthNames":["","January","February","March","April","May","June","July","August","September","October","November","December"],"wgRequestId":"00000000-0000-4000-8000-000000000000","wgCanonicalNamespace":"","wgCanonicalSpecialPageName":false,"wgNamespaceNumber":0,`;

const SCRIPT_CLOSING = `"wgCurRevisionId":1984,"wgRevisionId":1984,"wgArticleId":1984,"wgIsArticle":true,"wgIsRedirect":false,"wgAction":"view","wgUserName":null,"wgUserGroups":["*"],"wgCategories":["Articles with short description","Use dmy dates from July 2024"],"wgPageContentModel":"wikitext","wgRelevantPageName":"","wgIsProbablyEditable":true,"wgULSPosition":"interlanguage","wgULSisCompactLinksEnabled":false,"wgULSisLanguageSelectorEmpty":false};RLSTATE={"ext.globalCssJs.user.styles":"ready","site.styles":"ready","user.styles":"ready","user":"ready","user.options":"loading","ext.cite.styles":"ready","skins.vector.styles.legacy":"ready","ext.visualEditor.desktopArticleTarget.noscript":"ready","ext.uls.interlanguage":"ready"};RLPAGEMODULES=["ext.cite.ux-enhancements","site","mediawiki.page.ready","mediawiki.toc","skins.vector.legacy.js","ext.gadget.ReferenceTooltips","mmv.head","ext.popups","ext.urlShortener.toolbar"];var sample='<a href="/wiki/In_a_script">not a link</a>';</script>
<script>(RLQ=window.RLQ||[]).push(function(){mw.loader.impl(function(){return["user.options@12s5i",function($,jQuery,require,module){mw.user.tokens.set({"patrolToken":"+\\\\","watchToken":"+\\\\","csrfToken":"+\\\\"});}];});});</script>
<link rel="stylesheet" href="/w/load.php?lang=en&amp;modules=ext.cite.styles%7Cext.uls.interlanguage%7Cext.visualEditor.desktopArticleTarget.noscript%7Cskins.vector.styles.legacy&amp;only=styles&amp;skin=vector"/>
<script async="" src="/w/load.php?lang=en&amp;modules=startup&amp;only=scripts&amp;raw=1&amp;skin=vector"></script>
<meta name="ResourceLoaderDynamicStyles" content=""/>
<link rel="stylesheet" href="/w/load.php?lang=en&amp;modules=site.styles&amp;only=styles&amp;skin=vector"/>
<meta name="generator" content="MediaWiki 1.39.0"/>
<meta name="referrer" content="origin-when-cross-origin"/>
<meta name="format-detection" content="telephone=no"/>
<meta name="viewport" content="width=1000"/>
<meta property="og:type" content="website"/>
`;

const HEAD_CLOSING = `<link rel="icon" href="/static/favicon.ico"/>
<link rel="search" type="application/opensearchdescription+xml" href="/w/opensearch_desc.php" title="Orbweaver demo wiki (en)"/>
<link rel="EditURI" type="application/rsd+xml" href="/w/api.php?action=rsd"/>
<link rel="license" href="https://creativecommons.org/licenses/by-sa/4.0/deed.en"/>
<link rel="alternate" type="application/atom+xml" title="Atom feed" href="/w/index.php?title=Special:RecentChanges&amp;feed=atom"/>
<link rel="dns-prefetch" href="//login.wikimedia.example"/>
</head>
<body class="skin-vector-legacy mediawiki ltr sitedir-ltr mw-hide-empty-elt ns-0 ns-subject mw-editable skin-vector action-view">
<div id="mw-page-base" class="noprint"></div>
<div id="mw-head-base" class="noprint"></div>
<div id="content" class="mw-body" role="main">
<a id="top"></a>
<div id="siteNotice"><!-- <a href="/wiki/Commented_out">never a link</a> --><div id="centralNotice">Plan your evening with the <a href="/wiki/Main_Page">picture of the day</a>.</div></div>
<div class="mw-indicators"><div id="mw-indicator-good-star" class="mw-indicator"><a href="/wiki/Wikipedia:Good_articles"><img alt="" src="/static/good.svg" width="19" height="20"/></a></div></div>
`;

const PERSONAL = `<div id="mw-head">
<nav id="p-personal" class="mw-portlet mw-portlet-personal vector-user-menu-legacy vector-menu" aria-labelledby="p-personal-label"><h3 id="p-personal-label" class="vector-menu-heading"><span class="vector-menu-heading-label">Personal tools</span></h3>
<div class="vector-menu-content"><ul class="vector-menu-content-list"><li id="pt-anonuserpage" class="mw-list-item"><span title="The user page for the IP address you are editing as">Not logged in</span></li><li id="pt-anontalk" class="mw-list-item"><a href="/wiki/Special:MyTalk" accesskey="n"><span>Talk</span></a></li><li id="pt-anoncontribs" class="mw-list-item"><a href="/wiki/Special:MyContributions" accesskey="y"><span>Contributions</span></a></li><li id="pt-createaccount" class="mw-list-item"><a href="/w/index.php?title=Special:CreateAccount&amp;returnto=Main+Page"><span>Create account</span></a></li><li id="pt-login" class="mw-list-item"><a href="/w/index.php?title=Special:UserLogin&amp;returnto=Main+Page" accesskey="o"><span>Log in</span></a></li></ul></div></nav>
`;

const SIDEBAR = `<div id="p-search" role="search" class="vector-search-box-vue vector-search-box"><h3>Search</h3><form action="/w/index.php" id="searchform" class="vector-search-box-form"><div id="simpleSearch" class="vector-search-box-inner"><input class="vector-search-box-input" type="search" name="search" placeholder="Search the demo wiki" aria-label="Search" accesskey="f" id="searchInput"/><input type="hidden" name="title" value="Special:Search"/><input id="mw-searchButton" class="searchButton mw-fallbackSearchButton" type="submit" name="fulltext" value="Search"/><input id="searchButton" class="searchButton" type="submit" name="go" value="Go"/></div></form></div>
</div>
<div id="mw-panel" class="vector-legacy-sidebar"><div id="p-logo" role="banner"><a class="mw-wiki-logo" href="/wiki/Main_Page" title="Visit the main page"></a></div>
<nav id="p-navigation" class="mw-portlet mw-portlet-navigation vector-menu-portal portal vector-menu"><h3 class="vector-menu-heading"><span class="vector-menu-heading-label">Navigation</span></h3><div class="vector-menu-content"><ul class="vector-menu-content-list"><li id="n-mainpage-description" class="mw-list-item"><a href="/wiki/Main_Page" title="Visit the main page [z]" accesskey="z"><span>Main page</span></a></li><li id="n-contents" class="mw-list-item"><a href="/wiki/Wikipedia:Contents" title="Guides to browsing"><span>Contents</span></a></li><li id="n-currentevents" class="mw-list-item"><a href="/wiki/Portal:Current_events"><span>Current events</span></a></li><li id="n-randompage" class="mw-list-item"><a href="/wiki/Special:Random" title="Visit a randomly selected article [x]" accesskey="x"><span>Random article</span></a></li><li id="n-aboutsite" class="mw-list-item"><a href="/wiki/Wikipedia:About"><span>About this wiki</span></a></li><li id="n-contactpage" class="mw-list-item"><a href="//contact.wikimedia.example/wiki/Contact_us"><span>Contact us</span></a></li></ul></div></nav>
<nav id="p-interaction" class="mw-portlet mw-portlet-interaction vector-menu-portal portal vector-menu"><h3 class="vector-menu-heading"><span class="vector-menu-heading-label">Contribute</span></h3><div class="vector-menu-content"><ul class="vector-menu-content-list"><li id="n-help" class="mw-list-item"><a href="/wiki/Help:Contents"><span>Help</span></a></li><li id="n-portal" class="mw-list-item"><a href="/wiki/Wikipedia:Community_portal"><span>Community portal</span></a></li><li id="n-recentchanges" class="mw-list-item"><a href="/wiki/Special:RecentChanges" accesskey="r"><span>Recent changes</span></a></li></ul></div></nav>
<nav id="p-tb" class="mw-portlet mw-portlet-tb vector-menu-portal portal vector-menu"><h3 class="vector-menu-heading"><span class="vector-menu-heading-label">Tools</span></h3><div class="vector-menu-content"><ul class="vector-menu-content-list"><li id="t-specialpages" class="mw-list-item"><a href="/wiki/Special:SpecialPages" accesskey="q"><span>Special pages</span></a></li><li id="t-permalink" class="mw-list-item"><a href="/w/index.php?title=Main_Page&amp;oldid=1984"><span>Permanent link</span></a></li>`;

const CLOSING = wire(`${languages()}</div>
</div>
<footer id="footer" class="mw-footer" role="contentinfo">
<ul id="footer-info"><li id="footer-info-lastmod"> This page was last edited on 1 January 2024, at 00:00<span class="anonymous-show">&#160;(UTC)</span>.</li><li id="footer-info-copyright">Text is made by a program and means nothing. Names of persons and films are combined by chance; any resemblance is one. See <a href="/wiki/Wikipedia:Text_of_the_licence">the licence</a> for details.</li></ul>
<ul id="footer-places"><li id="footer-places-privacy"><a href="https://foundation.wikimedia.example/wiki/Privacy_policy">Privacy policy</a></li><li id="footer-places-about"><a href="/wiki/Wikipedia:About">About</a></li><li id="footer-places-disclaimers"><a href="/wiki/Wikipedia:General_disclaimer">Disclaimers</a></li><li id="footer-places-developers"><a href="https://developer.wikimedia.example">Developers</a></li><li id="footer-places-statslink"><a href="https://stats.wikimedia.example/#/en">Statistics</a></li><li id="footer-places-mobileview"><a href="//en.m.wikimedia.example/w/index.php?title=Main_Page&amp;mobileaction=toggle_view_mobile" class="noprint stopMobileRedirectToggle">Mobile view</a></li></ul>
<ul id="footer-icons" class="noprint"><li id="footer-copyrightico"><a href="https://wikimediafoundation.example/"><img src="/static/images/footer/button.svg" width="88" height="31" alt="A button" loading="lazy"/></a></li><li id="footer-poweredbyico"><a href="https://www.mediawiki.org/"><img src="/static/images/footer/poweredby.svg" alt="Shaped like MediaWiki" width="88" height="31" loading="lazy"/></a></li></ul>
</footer>
<script>(RLQ=window.RLQ||[]).push(function(){mw.config.set({"wgBackendResponseTime":120,"wgPageParseReport":{"limitreport":{"cputime":"0.984","walltime":"1.266","ppvisitednodes":{"value":8134,"limit":1000000},"postexpandincludesize":{"value":151206,"limit":2097152},"templateargumentsize":{"value":9821,"limit":2097152},"expansiondepth":{"value":19,"limit":100}}}});});</script>
</body>
</html>
`);

/** Articles of the same name elsewhere: same path, other origins, which a crawl of this site leaves alone. */
function languages(): string {
  const names: readonly (readonly [string, string])[] = [
    ['de', 'Deutsch'],
    ['es', 'Español'],
    ['fr', 'Français'],
    ['it', 'Italiano'],
    ['ja', '日本語'],
    ['pl', 'Polski'],
    ['ru', 'Русский'],
    ['zh', '中文'],
  ];
  const items = names.map(
    ([code, name]) =>
      `<li class="interlanguage-link interwiki-${code} mw-list-item"><a href="https://${code}.wikipedia.org/wiki/Kevin_Bacon" title="Kevin Bacon – ${name}" lang="${code}" hreflang="${code}" class="interlanguage-link-target"><span>${name}</span></a></li>`,
  );
  return `<nav id="p-lang" class="mw-portlet mw-portlet-lang vector-menu-portal portal vector-menu"><h3 class="vector-menu-heading"><span class="vector-menu-heading-label">Languages</span></h3><div class="vector-menu-content"><ul class="vector-menu-content-list">${items.join('\n')}</ul></div></nav>\n`;
}
