import { expect, test } from 'vitest';
import type { ChoiceRules } from '../../dist/downloads/choice.js';
import { Chooser } from '../../dist/workers/chooser.js';
import { PageText } from '../../dist/workers/decode.js';

const PAGE = { url: 'http://x/media/', starts: ['http://x/media/'] };

function choose(text: string, rules: Partial<ChoiceRules> = {}, encoding = 'UTF-8'): string[] {
  const chooser = new Chooser({ text: null, select: null, match: null, extensions: [], ...rules });
  return chooser
    .choose(new PageText(Buffer.from(text), encoding), PAGE)
    .map(({ url, text, use }) => `${use} ${url.replace('http://x', '')} "${text}"`);
}

test('an index of nginx', () => {
  const page = `<html><head><title>Index of /media/</title></head><body><h1>Index of /media/</h1><hr><pre><a href="../">../</a>
<a href="1999/">1999/</a>                        30-Nov-2026 10:00       -
<a href="A%20long%20na..%20%281%29.mp3">A long na..&gt;</a>    30-Nov-2026 10:00    3M
</pre><hr></body></html>`;
  expect(choose(page)).toEqual([
    'listing /media/1999/ "1999/"',
    'file /media/A%20long%20na..%20%281%29.mp3 "A long na..>"',
  ]);
});

test('an index of Apache, with icons that are links', () => {
  const page = `<table><tr><th><a href="?C=N;O=D">Name</a></th><th><a href="?C=M;O=A">Last modified</a></th></tr>
<tr><td><a href="/"><img src="/icons/back.gif" alt="[PARENTDIR]"></a></td><td><a href="/">Parent Directory</a></td></tr>
<tr><td><a href="a.mp3"><img src="/icons/sound.gif" alt="[SND]"></a></td><td><a href="a.mp3">a.mp3</a></td></tr>
<tr><td><a href="b/"><img src="/icons/folder.gif" alt="[DIR]"></a></td><td><a href="b/">b/</a></td></tr></table>`;
  expect(choose(page)).toEqual(['file /media/a.mp3 "a.mp3"', 'listing /media/b/ "b/"']);
  expect(choose(page, { text: '^\\[SND' })).toEqual(['file /media/a.mp3 "[SND]"', 'listing /media/b/ "b/"']);
});

test('the text of a link is what a reader sees, blanks collapsed', () => {
  expect(
    choose(
      `<a href=1.pdf>\n Down<b>load</b>&nbsp; it</a> <a href=2.pdf><img alt="A picture"></a> <a href=3.pdf title="T"></a>
       <a href=4.pdf>x<!-- y --><template>z</template></a><map><area href=5.pdf alt="Area"></map>`,
    ),
  ).toEqual([
    'file /media/1.pdf "Download it"',
    'file /media/2.pdf "A picture"',
    'file /media/3.pdf "T"',
    'file /media/4.pdf "x"',
    'file /media/5.pdf "Area"',
  ]);
});

test('a selector takes links that it names, and those inside of what it names', () => {
  const page = `<a class=d href=1.pdf></a> <div class=d><p><a href=2.pdf></a></p></div> <a href=3.pdf></a>`;
  const files = ['file /media/1.pdf ""', 'file /media/2.pdf ""'];
  expect(choose(page, { select: '.d' })).toEqual(files);
  expect(choose(page, { select: 'a.d, div > p' })).toEqual(files);
  expect(choose(page, { select: 'a:contains("x")' })).toEqual([]);
});

test('what a page plays counts, its pictures only where the selector names them', () => {
  const page = `<audio src=1.mp3></audio><video><source src=2.mp4><track src=t.vtt></video><embed src=3.pdf>
    <object data=4.pdf></object><div id=g><img src=5.jpg></div><picture><source srcset=6.jpg></picture>`;
  expect(choose(page)).toEqual(['1.mp3', '2.mp4', '3.pdf', '4.pdf'].map((name) => `file /media/${name} ""`));
  expect(choose(page, { select: '#g' })).toEqual([]);
  expect(choose(page, { select: '#g img' })).toEqual(['file /media/5.jpg ""']);
});

test('addresses resolve against <base>, wherever it stands', () => {
  expect(choose('<a href=a.pdf></a><base href="http://x/other/"><base href="http://y/">')).toEqual([
    'file /other/a.pdf ""',
  ]);
});

test('queries are written in the encoding of the page, fragments dropped, one address once', () => {
  expect(choose('<a href="g.pdf?q=ä#1">1</a><a href="g.pdf?q=ä#2">2</a>', {}, 'windows-1252')).toEqual([
    'file /media/g.pdf?q=%E4 "1"',
  ]);
});

test('what is no link to http is none', () => {
  expect(
    choose(
      `<a href="mailto:a@b.pdf"></a><a href="javascript:x.pdf"></a><a href="ftp://x/a.pdf"></a><a>x.pdf</a><a href="http://[/a.pdf"></a>
       <!-- <a href=c.pdf> --><script>'<a href=s.pdf>'</script><template><a href=t.pdf></a></template><link href=l.pdf>`,
    ),
  ).toEqual([]);
  expect(choose('<noscript><a href=n.pdf></a></noscript><svg><a xlink:href=v.pdf></a></svg>')).toHaveLength(
    2,
  );
});

test('a hostile page costs no more than its length', () => {
  // Processor time: the machine may be busy with something else.
  const before = process.cpuUsage();
  choose(`<svg>${'<a href=a.pdf>x'.repeat(5000)}`);
  choose(`<a href=a.pdf>${'<b>'.repeat(20_000)}`, { select: 'b b' });
  const { user } = process.cpuUsage(before);
  // If each link read all that stands in it, this would be minutes.
  expect(user / 1000).toBeLessThan(4000);
});
