"""A Scrapy spider that follows every link of a site and says which pages it has got."""

from urllib.parse import urlsplit

import scrapy
from scrapy.http import HtmlResponse
from scrapy.linkextractors import LinkExtractor


class SiteSpider(scrapy.Spider):
    name = "site"

    def __init__(self, seed, **kwargs):
        super().__init__(**kwargs)
        self.start_urls = [seed]
        parts = urlsplit(seed)
        self.links = LinkExtractor(allow=f"^{parts.scheme}://{parts.netloc}/", unique=True)

    def parse(self, response):
        if not isinstance(response, HtmlResponse):
            return
        yield {"url": response.url}
        for link in self.links.extract_links(response):
            yield scrapy.Request(link.url)
