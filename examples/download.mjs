import { download } from 'orbweaver';

const [page = 'https://media.example.org/talks/', into = 'talks'] = process.argv.slice(2);

const run = download(page, { into, ext: ['mp3', 'pdf'], depth: 3 });
for await (const file of run) console.log(file.state, file.path, file.bytes ?? file.error);

const { files } = await run;
console.log(`${files.fetched} fetched, ${files.kept} were there`);
