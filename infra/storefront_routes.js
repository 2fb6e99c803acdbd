// A CloudFront function, at each request of a viewer that is not for a hashed file.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/example_cloudfront_functions_url_rewrite_single_page_apps_section.html

// What names no file, such as /orders/01M8803FMV0A3ZRAK805F6NXY5, is a page of the application's own.
function handler(event) {
  const request = event.request;
  if (!/\.[^/]*$/.test(request.uri)) {
    request.uri = '/index.html';
  }
  return request;
}
