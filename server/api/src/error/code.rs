//! The codes of IoT Hub that this hub uses, with number, name and status (spec §5.14).

use axum::http::StatusCode;

/// How a code's body is built.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Envelope {
    /// `{"Message": "ErrorCode:…;…", "ExceptionMessage": "…"}`.
    Message,
    /// `{"errorCode": …, "message": "…", …}`.
    Object,
    /// The object as text inside the message: failed methods.
    Nested,
}

macro_rules! codes {
    ($($(#[$doc:meta])+ $name:ident = $number:literal, $status:ident;)+) => {
        /// What went wrong, as SDKs tell it apart.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Code {
            $($(#[$doc])+ $name,)+
        }

        impl Code {
            /// All of them.
            pub const ALL: &[Code] = &[$(Self::$name),+];

            /// The name in messages and in `iothub-errorcode`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)+
                }
            }

            /// The number in objects.
            pub fn number(self) -> u32 {
                match self {
                    $(Self::$name => $number,)+
                }
            }

            /// The HTTP status.
            pub fn status(self) -> StatusCode {
                match self {
                    $(Self::$name => StatusCode::$status,)+
                }
            }
        }
    };
}

codes! {
    /// `api-version` is missing.
    InvalidProtocolVersion = 400001, BAD_REQUEST;
    /// The state of things does not allow it.
    InvalidOperation = 400003, BAD_REQUEST;
    /// A value cannot be used.
    ArgumentInvalid = 400004, BAD_REQUEST;
    /// A value is missing.
    ArgumentNull = 400005, BAD_REQUEST;
    /// The body is not the JSON that is asked for.
    IotHubFormatError = 400006, BAD_REQUEST;
    /// A file or a place for files cannot be used.
    BlobContainerValidationError = 400008, BAD_REQUEST;
    /// A bulk request names a device twice.
    DeviceDefinedMultipleTimes = 400011, BAD_REQUEST;
    /// Some items of a bulk request failed.
    BulkRegistryOperationFailure = 400013, BAD_REQUEST;
    /// The content of a configuration breaks a rule; the number is this hub's own.
    InvalidConfigurationContent = 400900, BAD_REQUEST;
    /// The target condition of a configuration cannot be used; the number is this hub's own.
    InvalidConfigurationTargetCondition = 400901, BAD_REQUEST;
    /// Nobody, or somebody who may not.
    IotHubUnauthorizedAccess = 401002, UNAUTHORIZED;
    /// An export or import is under way.
    JobQuotaExceeded = 403003, FORBIDDEN;
    /// No such device (or module of it).
    DeviceNotFound = 404001, NOT_FOUND;
    /// No such export or import.
    JobNotFound = 404002, NOT_FOUND;
    /// No such address; a name of this hub.
    ResourceNotFound = 404000, NOT_FOUND;
    /// No such configuration; the number is this hub's own.
    ConfigurationNotFound = 404900, NOT_FOUND;
    /// The device is not connected.
    DeviceNotOnline = 404103, NOT_FOUND;
    /// The device left before it answered.
    DeviceConnectionClosedRemotely = 404104, NOT_FOUND;
    /// No such verb at this address; a name of this hub.
    MethodNotAllowed = 405000, METHOD_NOT_ALLOWED;
    /// The state of the job does not allow it; its number is not documented.
    OperationNotAllowedInCurrentState = 405001, METHOD_NOT_ALLOWED;
    /// A job of that id exists; its number is not documented.
    JobAlreadyExists = 409000, CONFLICT;
    /// The device exists.
    DeviceAlreadyExists = 409001, CONFLICT;
    /// The configuration exists; the number is this hub's own.
    ConfigurationAlreadyExists = 409900, CONFLICT;
    /// The module exists.
    ModuleAlreadyExistsOnDevice = 409301, CONFLICT;
    /// The ETag is another one, or is missing.
    PreconditionFailed = 412001, PRECONDITION_FAILED;
    /// The body is too large.
    MessageTooLarge = 413001, PAYLOAD_TOO_LARGE;
    /// A bulk request has too many items.
    TooManyDevices = 413002, PAYLOAD_TOO_LARGE;
    /// A device has as many modules as it may.
    TooManyModulesOnDevice = 413003, PAYLOAD_TOO_LARGE;
    /// Too much in too short a time.
    ThrottlingException = 429001, TOO_MANY_REQUESTS;
    /// Too many jobs are under way.
    ThrottlingMaxActiveJobCountExceeded = 429004, TOO_MANY_REQUESTS;
    /// The hub failed.
    ServerError = 500001, INTERNAL_SERVER_ERROR;
    /// Not there yet; a name of this hub.
    NotImplemented = 501000, NOT_IMPLEMENTED;
    /// What the device answered cannot be used; a name of this hub.
    BadDeviceResponse = 502000, BAD_GATEWAY;
    /// The hub cannot do it now.
    ServiceUnavailable = 503001, SERVICE_UNAVAILABLE;
    /// The device did not answer in time.
    GatewayTimeout = 504101, GATEWAY_TIMEOUT;
}

impl Code {
    /// How its body is built.
    pub fn envelope(self) -> Envelope {
        match self {
            Self::ModuleAlreadyExistsOnDevice => Envelope::Object,
            Self::DeviceNotOnline | Self::DeviceConnectionClosedRemotely | Self::GatewayTimeout => {
                Envelope::Nested
            }
            _ => Envelope::Message,
        }
    }
}
