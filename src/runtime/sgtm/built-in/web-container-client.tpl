___INFO___

{
  "type": "CLIENT",
  "id": "cvt_temp_public_id",
  "version": 1,
  "securityGroups": [],
  "displayName": "Web container client",
  "description": "Serves gtm.js for the web containers that are allowed, as Google answers it.",
  "containerContexts": [
    "SERVER"
  ]
}


___TEMPLATE_PARAMETERS___

[
  {
    "type": "SIMPLE_TABLE",
    "name": "allowedContainerIds",
    "displayName": "Allowed container ids",
    "simpleTableColumns": [
      {
        "name": "containerId",
        "displayName": "Container id",
        "type": "TEXT",
        "defaultValue": ""
      }
    ]
  }
]


___SANDBOXED_JS_FOR_SERVER___

const claimRequest = require('claimRequest');
const getGoogleScript = require('getGoogleScript');
const getRequestPath = require('getRequestPath');
const getRequestQueryParameter = require('getRequestQueryParameter');
const returnResponse = require('returnResponse');
const setResponseBody = require('setResponseBody');
const setResponseHeader = require('setResponseHeader');
const setResponseStatus = require('setResponseStatus');

const path = getRequestPath();
const id = getRequestQueryParameter('id');
const isAllowed = (data.allowedContainerIds || []).some((row) => row.containerId === id);

if (isAllowed && path.indexOf('/gtm.js') >= 0 && path.indexOf('/gtm.js') === path.length - 7) {
  claimRequest();
  getGoogleScript('GTM', {id: id}).then((result) => {
    setResponseHeader('content-type', 'application/javascript; charset=UTF-8');
    if (result.metadata['cache-control']) setResponseHeader('cache-control', result.metadata['cache-control']);
    setResponseBody(result.script);
    returnResponse();
  }, () => {
    setResponseStatus(404);
    returnResponse();
  });
}


___SERVER_PERMISSIONS___

[
  {
    "instance": {
      "key": {
        "publicId": "read_request",
        "versionId": "1"
      },
      "param": [
        {
          "key": "requestAccess",
          "value": {
            "type": 1,
            "string": "any"
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  },
  {
    "instance": {
      "key": {
        "publicId": "access_response",
        "versionId": "1"
      },
      "param": [
        {
          "key": "writeResponseAccess",
          "value": {
            "type": 1,
            "string": "any"
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  },
  {
    "instance": {
      "key": {
        "publicId": "return_response",
        "versionId": "1"
      },
      "param": []
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  },
  {
    "instance": {
      "key": {
        "publicId": "send_http",
        "versionId": "1"
      },
      "param": [
        {
          "key": "allowedUrls",
          "value": {
            "type": 1,
            "string": "specific"
          }
        },
        {
          "key": "urls",
          "value": {
            "type": 2,
            "listItem": [
              {
                "type": 1,
                "string": "https://www.googletagmanager.com/*"
              }
            ]
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  }
]


___TESTS___

scenarios: []


___NOTES___

Stands in for a client of Google's that no export contains.
