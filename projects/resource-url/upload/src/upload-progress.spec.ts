import { effect, ApplicationRef, EnvironmentInjector, createEnvironmentInjector } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { fileOf } from './testing/files.ts';
import { uploading } from './testing/upload-backend.ts';
import type { UploadState } from './upload-state.ts';

describe('The state of an upload', () => {
  it('tells how far the file is, as a signal', () => {
    const { uploads, backend } = uploading();
    const [upload] = uploads.add(fileOf('a.jpg', 200), { kind: 'teamPhoto' });
    expect(upload!.state()).toEqual({
      status: 'uploading',
      sent: 0,
      total: 200,
      fraction: undefined,
      resumable: false,
      attempt: 1,
    });
    backend.progress(50);
    expect(upload!.state()).toEqual(
      jasmine.objectContaining({ status: 'uploading', sent: 50, fraction: 0.25 }),
    );
  });

  it('holds the resource when the server has it', () => {
    const { uploads, backend } = uploading();
    const [upload] = uploads.add(fileOf('a.jpg', 200), { kind: 'teamPhoto' });
    backend.store();
    const state = upload!.state();
    expect(state).toEqual(jasmine.objectContaining({ status: 'completed', sent: 200, fraction: 1 }));
    if (state.status !== 'completed') throw new Error(state.status);
    expect(state.resource.path).toBe('public/team/a.jpg');
    expect(state.resource.createdAt).toEqual(new Date('2026-01-01T12:00:00Z'));
  });

  it('never says that more was sent than there is, whatever the browser counts', () => {
    const { uploads, backend } = uploading();
    uploads.add(fileOf('a.jpg', 200), { kind: 'teamPhoto' });
    backend.progress(1_000);
    expect(uploads.items()[0]!.state().fraction).toBe(1);
  });

  it('comes as an Observable too: what is, every change, and the end', () => {
    const { uploads, backend } = uploading();
    const [upload] = uploads.add(fileOf('a.jpg', 100), { kind: 'teamPhoto' });
    const seen: UploadState[] = [];
    let completed = false;
    upload!.state$.subscribe({ next: (state) => seen.push(state), complete: () => (completed = true) });
    backend.progress(50);
    expect(completed).toBeFalse();
    backend.store();
    expect(seen.map(({ status, sent }) => [status, sent])).toEqual([
      ['uploading', 0],
      ['uploading', 50],
      ['completed', 100],
    ]);
    expect(completed).toBeTrue();
    const late: string[] = [];
    upload!.state$.subscribe({ next: ({ status }) => late.push(status), complete: () => late.push('end') });
    expect(late).toEqual(['completed', 'end']);
  });

  it('can be awaited', async () => {
    const { uploads, backend } = uploading();
    const [first, second] = uploads.add([fileOf('a.jpg'), fileOf('b.jpg')], { kind: 'teamPhoto' });
    const settled = first!.settled();
    backend.progress(10);
    backend.store();
    expect((await settled).status).toBe('completed');
    second!.cancel();
    expect((await second!.settled()).status).toBe('cancelled');
  });
});

describe('The progress of all uploads', () => {
  it('adds up bytes and counts, without what failed or was cancelled', () => {
    const { uploads, backend } = uploading({ concurrency: 2 });
    expect(uploads.progress()).toEqual(
      jasmine.objectContaining({ fraction: undefined, busy: false, total: 0 }),
    );
    uploads.add([fileOf('a.jpg', 100), fileOf('b.jpg', 300), fileOf('empty.jpg', 0)], { kind: 'teamPhoto' });
    backend.progress(40);
    expect(uploads.progress()).toEqual(
      jasmine.objectContaining({ sent: 40, total: 400, fraction: 0.1, busy: true }),
    );
    expect(uploads.progress().counts).toEqual({
      queued: 0,
      uploading: 2,
      waiting: 0,
      paused: 0,
      completed: 0,
      failed: 1,
      cancelled: 0,
    });
    backend.store();
    uploads.items()[1]!.cancel();
    expect(uploads.progress()).toEqual(
      jasmine.objectContaining({ sent: 100, total: 100, fraction: 1, busy: false }),
    );
  });

  it('tells of each one that completes', () => {
    const { uploads, backend, leave } = uploading();
    const seen: string[] = [];
    uploads.completed.subscribe({ next: ({ name }) => seen.push(name), complete: () => seen.push('end') });
    uploads.add([fileOf('a.jpg'), fileOf('b.jpg')], { kind: 'teamPhoto' });
    backend.store();
    backend.refuse(403, 'owner-revoked');
    leave();
    expect(seen).toEqual(['a.jpg', 'end']);
  });

  it('can be awaited, with whatever is added meanwhile', async () => {
    const { uploads, backend } = uploading();
    let done = false;
    expect(await uploads.settled()).toEqual([]);
    uploads.add(fileOf('a.jpg'), { kind: 'teamPhoto' });
    const settled = uploads.settled().then((items) => ((done = true), items));
    uploads.add(fileOf('b.jpg'), { kind: 'teamPhoto' });
    backend.store();
    await Promise.resolve();
    expect(done).toBeFalse();
    backend.refuse(401, 'sign-in-required');
    expect((await settled).map((upload) => upload.state().status)).toEqual(['completed', 'failed']);
  });
});

describe('Uploads added in an effect', () => {
  it('do not make it run again', () => {
    const { uploads, backend } = uploading();
    let runs = 0;
    const injector = createEnvironmentInjector([], TestBed.inject(EnvironmentInjector));
    effect(
      () => {
        runs += 1;
        uploads.add(fileOf('a.jpg'), { kind: 'teamPhoto' });
      },
      { injector },
    );
    TestBed.inject(ApplicationRef).tick();
    backend.progress(50);
    backend.store();
    TestBed.inject(ApplicationRef).tick();
    expect(runs).toBe(1);
    expect(uploads.items().length).toBe(1);
    injector.destroy();
  });
});
