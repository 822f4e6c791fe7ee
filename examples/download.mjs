import { download } from 'orbweaver';

const [page = 'https://media.example.org/talks/', into = 'talks'] = process.argv.slice(2);

const run = download(page, { into, ext: ['mp3', 'pdf'], depth: 3 });
for await (const file of run) console.log(file.state, file.path, file.bytes ?? file.error);

const { files } = await run;
console.log(`${files.fetched} fetched, ${files.kept} were there`);
for (const { url, reason } of files.pagesFailed) console.error(`${url} could not be read: ${reason}`);
if (files.pagesFailed.length > 0) process.exitCode = 1;
