import { HttpErrorResponse, provideHttpClient, withInterceptors } from '@angular/common/http';
import { TestBed } from '@angular/core/testing';
import { throwError } from 'rxjs';
import { UploadList } from './upload-list.ts';
import { Uploads } from './uploads.ts';

describe('the list of uploads', () => {
  it('tells a person, not a program, why a file was refused', async () => {
    const refusal = new HttpErrorResponse({
      status: 415,
      error: {
        code: 'content-mismatch',
        title: 'The bytes are not what the Content-Type says',
        detail: 'Declared image/jpeg, found text/html.',
      },
    });
    TestBed.configureTestingModule({
      providers: [Uploads, provideHttpClient(withInterceptors([() => throwError(() => refusal)]))],
    });
    const fixture = TestBed.createComponent(UploadList);
    await TestBed.inject(Uploads).send(new File(['<html>'], 'a.jpg', { type: 'image/jpeg' }));
    await fixture.whenStable();
    const { textContent } = fixture.nativeElement as HTMLElement;
    expect(textContent).toContain('a.jpg');
    expect(textContent).toContain('This is not really a picture of the kind its name says.');
    expect(textContent).not.toContain('Content-Type');
  });
});
